using System.Text;
using HotpatchBuild.Compiler.Native.Arena;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Unit.Support;

/// <summary>A small C program, compiled with gcc, with a small arena linked in under the options that NativeAOT links with.</summary>
public sealed class CSample
{
    public static readonly ArenaOptions Arena = new() { CodeSize = 64 * 1024, SlotCount = 100, DataSize = 128 * 1024 };

    private const string Source = """
        #include <stdio.h>
        static int table[100];
        __thread int per_thread = 3;
        int shared = 42;
        const char text[] = "hello";
        __attribute__((section("__managedcode"), aligned(16))) int managed(int n) { return n * 3 + shared; }
        extern char __start___managedcode[], __stop___managedcode[];
        static __attribute__((noinline)) int helper(int n) { table[n % 100] += per_thread; return table[n % 100]; }
        int main(int argc, char **argv) {
            printf("%s %d %d %d\n", text, helper(argc), managed(argc), (int)(__stop___managedcode - __start___managedcode) > 65536);
            return 0;
        }
        """;

    private static readonly Lazy<string> s_folder = new(Build);

    public string Folder => s_folder.Value;

    public byte[] ObjectBytes => File.ReadAllBytes(Path.Combine(Folder, "sample.o"));

    public byte[] ArenaBytes => File.ReadAllBytes(Path.Combine(Folder, "arena.o"));

    /// <summary>With the arena, with symbols.</summary>
    public byte[] ProgramBytes => File.ReadAllBytes(Path.Combine(Folder, "sample"));

    /// <summary>With the arena, stripped.</summary>
    public byte[] StrippedBytes => File.ReadAllBytes(Path.Combine(Folder, "sample.stripped"));

    /// <summary>Without an arena.</summary>
    public byte[] PlainBytes => File.ReadAllBytes(Path.Combine(Folder, "plain"));

    public static ElfFile Read(byte[] bytes) => ElfFile.Read(bytes, "sample");

    private static string Build()
    {
        byte[] arena = ArenaObject.Create(Arena);
        return SampleCache.Get("c", [Encoding.UTF8.GetBytes(Source), arena], folder =>
        {
            File.WriteAllText(Path.Combine(folder, "sample.c"), Source);
            File.WriteAllBytes(Path.Combine(folder, "arena.o"), arena);
            SampleCache.Run(folder, "gcc", "-O1", "-fPIC", "-ffunction-sections", "-fasynchronous-unwind-tables", "-c", "sample.c");
            string[] link =
            [
                "-pie", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,--eh-frame-hdr", "-Wl,--discard-all", "-Wl,--gc-sections", "-Wl,--build-id=sha1", "-o",
            ];
            SampleCache.Run(folder, "gcc", ["sample.o", "arena.o", .. link, "sample"]);
            SampleCache.Run(folder, "gcc", ["sample.o", .. link, "plain"]);
            SampleCache.Run(folder, "strip", "-o", "sample.stripped", "sample");
        });
    }
}
