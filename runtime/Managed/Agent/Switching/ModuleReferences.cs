using System;
using System.Collections.Generic;
using System.Reflection;
using HotpatchBuild.Agent.Interop;

namespace HotpatchBuild.Agent.Switching;

/// <summary>References that were added to a patched module's metadata. What is there once is used again; nothing can be taken out.</summary>
/// <param name="module">The runtime's ModuleID.</param>
internal sealed unsafe class ModuleReferences(nint module)
{
    private const int AssemblyRef = 1, TypeRef = 2, MemberRef = 3, MethodSpec = 4;

    private readonly Dictionary<string, int> tokens = [];

    /// <summary>Adds what is missing, all at once: each time costs a thread and a walk over the metadata.</summary>
    /// <param name="wanted">What is referred to.</param>
    /// <returns>The token to call with for each of them.</returns>
    internal int[] Add(IReadOnlyList<HolderReference> wanted)
    {
        var batch = new Batch(tokens);
        foreach (var holder in wanted)
            batch.Add(holder);
        batch.Define(module);
        int[] result = new int[wanted.Count];
        for (int i = 0; i < result.Length; i++)
            result[i] = tokens[Batch.CallKey(wanted[i])];
        return result;
    }

    private sealed class Batch(Dictionary<string, int> tokens)
    {
        private readonly List<(ProfilerLibrary.Definition Definition, string Key, string? Name, byte[] Blob)> definitions = [];
        private readonly Dictionary<string, int> indexes = [];

        internal static string CallKey(HolderReference holder) =>
            "C:" + holder.Assembly.Name + ":" + holder.Type + ":" + holder.Method + ":" + Convert.ToHexString(holder.Signature);

        internal void Add(HolderReference holder)
        {
            var version = holder.Assembly.Version ?? new Version(0, 0, 0, 0);
            var assembly = Define("A:" + holder.Assembly.Name, AssemblyRef, default, holder.Assembly.Name, holder.Assembly.GetPublicKeyToken() ?? [], version);
            var type = assembly;
            string path = holder.Assembly.Name + ":";
            foreach (string part in holder.Type.Split('+'))
            {
                path += part;
                type = Define("T:" + path, TypeRef, type, part, [], null);
                path += "+";
            }
            bool generic = holder.Instantiation.Length > 0;
            var member = Define((generic ? "M" : "") + CallKey(holder), MemberRef, type, holder.Method, holder.Signature, null);
            if (generic)
                Define(CallKey(holder), MethodSpec, member, null, holder.Instantiation, null);
        }

        internal void Define(nint module)
        {
            if (definitions.Count == 0)
                return;
            var native = new ProfilerLibrary.Definition[definitions.Count];
            var pins = new List<System.Runtime.InteropServices.GCHandle>();
            try
            {
                for (int i = 0; i < native.Length; i++)
                {
                    native[i] = definitions[i].Definition;
                    native[i].Blob = (byte*)Pin(definitions[i].Blob);
                    native[i].BlobLength = (uint)definitions[i].Blob.Length;
                    if (definitions[i].Name is { } name)
                        native[i].Name = (char*)Pin((name + '\0').ToCharArray());
                }
                fixed (ProfilerLibrary.Definition* pointer = native)
                {
                    int result = ProfilerLibrary.Define(module, pointer, native.Length);
                    Profiler.Check(result, "IMetaDataEmit", definitions.Find(d => d.Name is not null).Name ?? "");
                }
                for (int i = 0; i < native.Length; i++)
                    tokens[definitions[i].Key] = native[i].Token;
            }
            finally
            {
                foreach (var pin in pins)
                    pin.Free();
            }

            nint Pin(Array array)
            {
                var pin = System.Runtime.InteropServices.GCHandle.Alloc(array, System.Runtime.InteropServices.GCHandleType.Pinned);
                pins.Add(pin);
                return pin.AddrOfPinnedObject();
            }
        }

        private (int Token, int Index) Define(string key, int kind, (int Token, int Index) parent, string? name, byte[] blob, Version? version)
        {
            if (tokens.TryGetValue(key, out int token))
                return (token, -1);
            if (indexes.TryGetValue(key, out int index))
                return (0, index);
            var definition = new ProfilerLibrary.Definition
            {
                Kind = kind,
                Parent = parent.Token,
                ParentIndex = parent.Token != 0 || kind == AssemblyRef ? -1 : parent.Index,
            };
            if (version is not null)
            {
                (definition.Major, definition.Minor) = ((ushort)version.Major, (ushort)version.Minor);
                (definition.Build, definition.Revision) = ((ushort)Math.Max(version.Build, 0), (ushort)Math.Max(version.Revision, 0));
            }
            indexes[key] = definitions.Count;
            definitions.Add((definition, key, name, blob));
            return (0, definitions.Count - 1);
        }
    }
}

/// <summary>A holder method as a patched module refers to it.</summary>
/// <param name="Assembly">Name of the patch assembly.</param>
/// <param name="Type">Full name of the holder's type.</param>
/// <param name="Method">Its name.</param>
/// <param name="Signature">Its signature with the patched module's tokens.</param>
/// <param name="Instantiation">MethodSpec signature; empty when it is not generic.</param>
internal sealed record HolderReference(AssemblyName Assembly, string Type, string Method, byte[] Signature, byte[] Instantiation);
