using System.Security.Cryptography;
using System.Text;

namespace Storefront.Customers;

/// <summary>Who may sign in. Stands for a directory service.</summary>
public sealed class CustomerRegister
{
    private readonly Dictionary<string, byte[]> _passwords = new()
    {
        ["ada"] = Hash("ada", "difference engine"),
        ["bob"] = Hash("bob", "correct horse"),
        ["eve"] = Hash("eve", "listening in"),
    };

    public bool Knows(string customer, string password) =>
        _passwords.TryGetValue(customer, out byte[]? expected)
        && CryptographicOperations.FixedTimeEquals(expected, Hash(customer, password));

    private static byte[] Hash(string customer, string password) =>
        Rfc2898DeriveBytes.Pbkdf2(password, Encoding.UTF8.GetBytes("storefront:" + customer), 1000, HashAlgorithmName.SHA256, 32);
}
