using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>
/// The binary layout of a managed patch image's table, which is one of the patch assembly's manifest resources. This is the only place that
/// knows it: one description, which <see cref="TableWriter"/> writes and <see cref="TableReader"/> reads.
/// </summary>
/// <remarks>
/// Numbers are those of <see cref="HotpatchTableLayout"/>.
/// <code>
/// table      "HPBM"  version  assembly  MVID (16 bytes)  methods  added assemblies  transition code
/// a list     count, rows
/// method     row of its MethodDef (distance)  holder type  holder method  arguments  signature (length, bytes)  instantiation (length, bytes)
///            display name
/// added      name
/// code       kind (0 transition, 1 rollback, 2 precondition)  holder type  holder method  identity  display name
/// </code>
/// </remarks>
internal static class ManagedTableLayout
{
    /// <summary>Name of the table's manifest resource.</summary>
    public const string TableResource = "hotpatch/table";

    /// <summary>Table version written and read.</summary>
    public const uint Version = 2;

    /// <summary>The token type of a method (ECMA-335 II.22.26).</summary>
    public const int MethodTokens = 0x0600_0000;

    private const int MvidSize = 16;

    private static readonly ImmutableArray<byte> Magic = [.. "HPBM"u8];
    private static readonly ManagedTransitionCode NoCode = new(default, "", "", "", "");
    private static readonly ManagedPatchMethod NoMethod = new(MethodTokens, "", "", [], [], 0, "");

    /// <summary>Name of the manifest resource that holds an assembly which comes with the image.</summary>
    public static string AddedResource(string name) => $"hotpatch/added/{name}";

    /// <summary>Passes a table through.</summary>
    public static ManagedPatchTable Table(ITableTransfer t, ManagedPatchTable table)
    {
        if (!t.Bytes(Magic, Magic.Length).SequenceEqual(Magic))
            throw t.Damaged("it does not start with the table's magic number");
        ulong version = t.Number(Version);
        if (version != Version)
            throw new HotpatchException(ManagedImageDiagnostics.UnknownVersion.With(version, Version));
        return new ManagedPatchTable
        {
            Assembly = t.Text(table.Assembly, ManagedImageRules.MaximumNameSize),
            Mvid = new Guid(t.Bytes([.. table.Mvid.ToByteArray()], MvidSize).AsSpan()),
            Methods = t.List(table.Methods, NoMethod, 7, Method),
            Added = t.List(table.Added, "", 1, (t, _, name) => t.Text(name, ManagedImageRules.MaximumNameSize)),
            Transitions = t.List(table.Transitions, NoCode, 5, Code),
        };
    }

    private static ManagedTransitionCode Code(ITableTransfer t, ManagedTransitionCode before, ManagedTransitionCode code)
    {
        uint kind = t.Number32((uint)code.Kind);
        if (kind > (uint)TransitionKind.Precondition)
            throw t.Damaged("transition code is of an unknown kind");
        return new ManagedTransitionCode(
            (TransitionKind)kind, t.Text(code.HolderType, ManagedImageRules.MaximumNameSize), t.Text(code.HolderMethod, ManagedImageRules.MaximumNameSize),
            t.Text(code.Identity, ManagedImageRules.MaximumNameSize), t.Text(code.DisplayName, ManagedImageRules.MaximumNameSize));
    }

    private static ManagedPatchMethod Method(ITableTransfer t, ManagedPatchMethod before, ManagedPatchMethod method)
    {
        uint row = t.Distance32((uint)(before.Target & 0x00FF_FFFF), (uint)(method.Target & 0x00FF_FFFF));
        if (row > 0x00FF_FFFF)
            throw t.Damaged("a method's token is too large");
        string type = t.Text(method.HolderType, ManagedImageRules.MaximumNameSize), name = t.Text(method.HolderMethod, ManagedImageRules.MaximumNameSize);
        uint arguments = t.Number32((uint)method.Arguments);
        if (arguments > ManagedImageRules.MaximumArguments)
            throw t.Damaged("a method has too many arguments");
        return new ManagedPatchMethod(
            MethodTokens | (int)row, type, name,
            t.SizedBytes(method.Signature, ManagedImageRules.MaximumSignatureSize),
            t.SizedBytes(method.Instantiation, ManagedImageRules.MaximumSignatureSize),
            (int)arguments,
            t.Text(method.DisplayName, ManagedImageRules.MaximumNameSize));
    }
}
