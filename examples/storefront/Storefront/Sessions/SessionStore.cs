using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Storefront.Sessions;

/// <summary>All visits that are under way. There is no data base behind it: a restart signs everybody out and empties all baskets.</summary>
public sealed class SessionStore
{
    private const int TokenBytes = 16;

    private readonly ConcurrentDictionary<string, Session> _sessions = new();

    public int Count => _sessions.Count;

    public Session Open(string customer)
    {
        var session = new Session(RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true), customer);
        _sessions[session.Token] = session;
        return session;
    }

    public Session? Find(string token) => _sessions.GetValueOrDefault(token);

    public void Close(Session session) => _sessions.TryRemove(session.Token, out _);
}
