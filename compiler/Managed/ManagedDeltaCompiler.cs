using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Folding;
using HotpatchBuild.Compiler.Managed.Emitting;
using HotpatchBuild.Compiler.Managed.Linking;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed;

/// <summary>From two builds to managed patch images: compare, refuse, link what is changed or new, write.</summary>
internal sealed class ManagedDeltaCompiler : IManagedDeltaCompiler
{
    /// <inheritdoc/>
    public ManagedDeltaResult Compile(ManagedBuild baseline, ManagedBuild build)
    {
        if (FindPartners(baseline, build) is { IsEmpty: false } alone)
            return new ManagedDeltaResult { Refusals = alone };
        EditPolicy policy = EditPolicy.Managed with { ClosedWorld = baseline.IsWhole && build.IsWhole, Loadable = Names(baseline) };
        List<ChangedAssembly> changed = [];
        try
        {
            foreach (ProgramAssembly assembly in build.Assemblies)
            {
                ProgramAssembly old = baseline.Assemblies.First(a => a.Name == assembly.Name);
                if (!old.Image.Span.SequenceEqual(assembly.Image.Span))
                    changed.Add(new ChangedAssembly(old, assembly, AssemblyComparison.Open(Revision(old), Revision(assembly), policy)));
            }
            ManagedDeltaResult result = new()
            {
                Refusals = [.. changed.SelectMany(c => c.Edits.Refusals)],
                Warnings = [.. changed.SelectMany(c => c.Edits.Warnings), .. Elsewhere(changed, baseline, build)],
            };
            return result.Refusals.IsEmpty ? Link(changed, build, IdentityOf(baseline, build, typeof(ManagedDeltaCompiler).Module.ModuleVersionId), result) : result;
        }
        catch (Exception e) when (e is BadImageFormatException or AssemblyResolutionException or InvalidOperationException or NotSupportedException or KeyNotFoundException or ArgumentException)
        {
            throw new HotpatchException(ManagedDiagnostics.CannotLink.With(e.Message.TrimEnd('.').ReplaceLineEndings(" ")), e);
        }
        finally
        {
            foreach (ChangedAssembly assembly in changed)
                assembly.Dispose();
        }
    }

    private static IEnumerable<Failure> Elsewhere(List<ChangedAssembly> changed, ManagedBuild baseline, ManagedBuild build) => UsesElsewhere.Find(
        [.. changed.Select(c => c.Edits)], [.. baseline.Assemblies.Select(a => new ProcessAssembly(a.Name, Revision(a)))], [.. build.References, .. build.Deployed]);

    private static HashSet<string> Names(ManagedBuild build) =>
        [.. build.Assemblies.Select(a => a.Name), .. build.References.Select(r => Path.GetFileNameWithoutExtension(r)!)];

    private static ManagedDeltaResult Link(List<ChangedAssembly> changed, ManagedBuild build, string identity, ManagedDeltaResult result)
    {
        if (ProgramLink.Link(changed, build, identity, changed.SelectMany(c => c.Transitions).Select(t => t.Method), out IReadOnlyCollection<Failure> refusals) is not { } linker)
            return result with { Refusals = [.. refusals] };
        ILookup<ChangedAssembly, EmittedModule> added = linker.Added.ToLookup(a => a.Owner, a => a.Module);
        return result with
        {
            Warnings = [.. result.Warnings, .. linker.AddedAnew.Select(e => AddedAnew(e, linker.Elements.AssemblyOf(e)))],
            Modules = [.. from assembly in changed let patch = linker.PatchOf(assembly) where patch is not null select Module(assembly, patch, added[assembly], linker)],
        };
    }

    private static Failure AddedAnew(IMemberDefinition element, ChangedAssembly assembly) =>
        ManagedDiagnostics.AddedAnew.At(assembly.Lines.Of(element)?.Where, assembly.NewNames.Of(element));

    private static ManagedModule Module(ChangedAssembly assembly, EmittedModule patch, IEnumerable<EmittedModule> added, DeltaLinker linker)
    {
        ManagedPatchTable table = new()
        {
            Assembly = assembly.Name,
            Mvid = assembly.Baseline.Mvid,
            Methods = Redirections(assembly, linker),
            Added = [.. added.Select(a => a.Name).Order(StringComparer.Ordinal)],
            Transitions =
            [
                .. assembly.Transitions.Select(code =>
                {
                    Mono.Cecil.MethodDefinition entry = linker.Entry(code.Method).Definition;
                    return new ManagedTransitionCode(code.Kind, entry.DeclaringType.FullName, entry.Name, code.Identity, assembly.NewNames.Of(code.Method));
                }),
            ],
        };
        ManagedImageRules.CheckPatchName(patch.Name, patch.Name);
        patch.Module.Resources.Clear();
        AddResource(patch, ManagedPatchTableWriter.TableResource, ImmutableCollectionsMarshal.AsArray(ManagedPatchTableWriter.Write(table, patch.Name))!);
        foreach (EmittedModule module in added.OrderBy(a => a.Name, StringComparer.Ordinal))
            AddResource(patch, ManagedPatchTableWriter.AddedResource(module.Name), ImageWriter.Write(module));
        return new ManagedModule(assembly.Name, assembly.Baseline.Mvid, ImmutableCollectionsMarshal.AsImmutableArray(ImageWriter.Write(patch)), Describe(assembly, linker));
    }

    private static void AddResource(EmittedModule patch, string name, byte[] bytes) =>
        patch.Module.Resources.Add(new EmbeddedResource(name, Mono.Cecil.ManifestResourceAttributes.Private, bytes));

    private static ImmutableArray<ManagedPatchMethod> Redirections(ChangedAssembly assembly, DeltaLinker linker)
    {
        using PEReader file = new(ImmutableCollectionsMarshal.AsImmutableArray(assembly.Baseline.Image.ToArray()));
        MetadataReader metadata = file.GetMetadataReader();
        return
        [
            .. assembly.Patched.Select(p =>
            {
                Mono.Cecil.MethodDefinition holder = linker.Holder(p.New).Definition;
                int token = p.Old.MetadataToken.ToInt32();
                (ImmutableArray<byte> signature, ImmutableArray<byte> instantiation, int arguments) = HolderSignature.Of(metadata, token, p.Old.DeclaringType.IsValueType);
                return new ManagedPatchMethod(token, holder.DeclaringType.FullName, holder.Name, signature, instantiation, arguments, assembly.OldNames.Of(p.Old));
            }),
        ];
    }

    private static ImmutableArray<DeltaFunction> Describe(ChangedAssembly assembly, DeltaLinker linker)
    {
        IEnumerable<DeltaFunction> changed = assembly.Patched.Select(p => Function(p.New, MetadataNames.Key(p.Old), added: false));
        IEnumerable<DeltaFunction> added = linker.AddedMethods
            .Where(m => linker.Elements.AssemblyOf(m) == assembly && m.HasBody && IsWritten(m, assembly))
            .Select(m => Function(m, MetadataNames.Key(m), added: true));
        return [.. changed.Concat(added).OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.FirstLine).ThenBy(f => f.Symbol, StringComparer.Ordinal)];

        DeltaFunction Function(Mono.Cecil.MethodDefinition method, string symbol, bool added)
        {
            SourceLines? lines = assembly.Lines.Of(method);
            return new DeltaFunction(symbol, assembly.NewNames.Of(method), lines?.Where.File, lines?.FirstLine ?? 0, lines?.LastLine ?? 0, added);
        }
    }

    // State machines are told of as the methods that start them.
    private static bool IsWritten(Mono.Cecil.MethodDefinition method, ChangedAssembly assembly) =>
        AssemblyModel.Generated(method.DeclaringType).Kind != GeneratedKind.StateMachine && assembly.New.Source.OfMethod(method.MetadataToken.ToInt32()) is not null
        || assembly.New.StateMachine(method) is not null;

    private static ImmutableArray<Failure> FindPartners(ManagedBuild baseline, ManagedBuild build)
    {
        HashSet<string> before = [.. baseline.Assemblies.Select(a => a.Name)], after = [.. build.Assemblies.Select(a => a.Name)];
        return
        [
            .. after.Except(before).Select(name => ManagedDiagnostics.AssemblyAdded.With(name)),
            .. before.Except(after).Select(name => ManagedDiagnostics.AssemblyRemoved.With(name)),
        ];
    }

    /// <summary>16 hex digits that stand for both builds and for what links them: another version of the linker may make another image of the same builds,
    /// and a process that has one under a name takes no second one.</summary>
    /// <param name="baseline">The build that runs.</param>
    /// <param name="build">The build that the delta leads to.</param>
    /// <param name="linker">Module version id of the linker's own assembly.</param>
    internal static string IdentityOf(ManagedBuild baseline, ManagedBuild build, Guid linker)
    {
        StringBuilder text = new();
        text.Append(linker).Append('\n');
        foreach (ProgramAssembly assembly in build.Assemblies.OrderBy(a => a.Name, StringComparer.Ordinal))
            text.Append(assembly.Name).Append('\n').Append(baseline.Assemblies.First(a => a.Name == assembly.Name).Mvid).Append('\n').Append(assembly.Mvid).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }

    private static AssemblyRevision Revision(ProgramAssembly assembly) => new(assembly.Image, assembly.Pdb.IsEmpty ? null : assembly.Pdb);
}
