using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.PatchImages;

/// <summary>Random damage to files, and the claim that readers survive it.</summary>
internal static class Mutations
{
    /// <summary>Damages a file in so many ways; whatever is thrown but a <see cref="HotpatchException"/> fails the test with the mutation's number.</summary>
    /// <returns>How often the reader accepted the damaged file.</returns>
    public static int Survives(IReadOnlyList<byte[]> files, int mutations, Action<byte[]> read)
    {
        int accepted = 0;
        for (int number = 0; number < mutations; number++)
        {
            byte[] damaged = Damage(files[number % files.Count], new Random(number));
            try
            {
                read(damaged);
                accepted++;
            }
            catch (HotpatchException e)
            {
                Assert.DoesNotContain('\n', e.Failure.ToString());
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {number}: {e}");
            }
        }
        return accepted;
    }

    private static byte[] Damage(byte[] file, Random random)
    {
        byte[] bytes = [.. file];
        switch (random.Next(8))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                byte[] tail = new byte[random.Next(1, 64)];
                random.NextBytes(tail);
                return [.. bytes, .. tail];
            case 2:
                int from = random.Next(bytes.Length), length = random.Next(Math.Min(64, bytes.Length - from) + 1);
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 3:
                int word = random.Next(Math.Max(1, bytes.Length - 4));
                byte[][] extremes = [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0]];
                extremes[random.Next(extremes.Length)].AsSpan(0, Math.Min(4, bytes.Length - word)).CopyTo(bytes.AsSpan(word));
                return bytes;
            default:
                for (int i = random.Next(1, 6); i > 0; i--)
                {
                    ref byte b = ref bytes[random.Next(bytes.Length)];
                    b = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(b ^ (1 << random.Next(8))), _ => (byte)(b + random.Next(-2, 3)) };
                }
                return bytes;
        }
    }
}
