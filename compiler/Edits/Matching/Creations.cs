using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A place where code makes a delegate of a lambda or local function, or calls a local function.</summary>
/// <param name="Code">The lambda or local function.</param>
/// <param name="Statement">The statement around it, in a text that does not depend on what the compiler numbers, with the place inside the statement.</param>
/// <param name="IsQuery">True where the statement hands it to an operator of a query (System.Linq).</param>
internal sealed record Creation(MethodDefinition Code, string Statement, bool IsQuery);

/// <summary>The lambdas and local functions that a method's code refers to, its state machine's code included.</summary>
internal sealed class Creations
{
    private static readonly MetadataText Masked = new(new NoNumbers());

    private readonly List<string> all = [];

    private Creations()
    {
    }

    /// <summary>Every place, in the order of the code.</summary>
    public List<Creation> Places { get; } = [];

    /// <summary>The whole code in a text that does not depend on what the compiler numbers.</summary>
    public IReadOnlyList<string> All => all;

    /// <summary>Reads a method.</summary>
    public static Creations Of(MethodDefinition method, AssemblyModel model)
    {
        var found = new Creations();
        found.Read(method);
        if (model.StateMachine(method) is { } machine)
            foreach (var inner in machine.Methods) found.Read(inner);
        return found;
    }

    /// <summary>Whether a method has any such place.</summary>
    public static bool AreIn(MethodDefinition method, AssemblyModel model) =>
        Refers(method, model) || (model.StateMachine(method) is { } machine && machine.Methods.Any(m => Refers(m, model)));

    private static bool Refers(MethodDefinition method, AssemblyModel model) =>
        model.References(method).Any(e => e is MethodDefinition code && AssemblyModel.Generated(code).Kind is GeneratedKind.Lambda or GeneratedKind.LocalFunction);

    /// <summary>Whether all delegates of a lambda go to operators of a query, which keep them as long as the query lives.</summary>
    public static bool IsForQuery(MethodDefinition lambda, AssemblyModel model)
    {
        var places = Makers(lambda, model).SelectMany(m => OfBody(m).Places).Where(p => p.Code == lambda).ToList();
        return places.Count > 0 && places.TrueForAll(p => p.IsQuery);
    }

    /// <summary>Whether a delegate is made of a local function: most are only called.</summary>
    public static bool IsMadeDelegate(MethodDefinition function, AssemblyModel model) =>
        AssemblyModel.Generated(function).Kind == GeneratedKind.LocalFunction && Makers(function, model).Any(m => m.Body.Instructions.Any(i => i.OpCode.Code == Code.Ldftn && Definitions.Of((MethodReference)i.Operand) == function));

    private static IEnumerable<MethodDefinition> Makers(MethodDefinition code, AssemblyModel model) =>
        AssemblyModel.WrittenType(code.DeclaringType) is var type
            ? model.Types.Where(t => AssemblyModel.WrittenType(t) == type).SelectMany(t => t.Methods).Where(m => m.HasBody && model.References(m).Contains(code))
            : [];

    private static Creations OfBody(MethodDefinition method)
    {
        var found = new Creations();
        found.Read(method);
        return found;
    }

    private void Read(MethodDefinition method)
    {
        if (!method.HasBody) return;
        var code = method.Body.Instructions;
        var depths = StackDepth.Of(method);
        var lines = BodyText.Instructions(method, Masked, _ => 0);
        var texts = code.Select(i => Line(i, lines[i], method.Body)).ToList();
        all.AddRange(texts);
        for (int first = 0; first < code.Count;)
        {
            int end = first + 1;
            while (end < code.Count && depths[end] != 0) end++;
            Statement(code, texts, first, end);
            first = end;
        }
    }

    private void Statement(IList<Instruction> code, List<string> texts, int first, int end)
    {
        string? statement = null;
        for (int i = first; i < end; i++)
        {
            if (code[i].Operand is not MethodReference reference || Definitions.Of(reference) is not { } called) continue;
            if (AssemblyModel.Generated(called).Kind is not (GeneratedKind.Lambda or GeneratedKind.LocalFunction)) continue;
            statement ??= string.Join('\n', texts.GetRange(first, end - first));
            // Between the delegate and what it is given to stand only the steps of its own making and other arguments.
            var taker = code.Skip(i + 1).Take(end - i - 1).FirstOrDefault(c => c.OpCode.FlowControl == FlowControl.Call && c.OpCode.Code != Code.Newobj)?.Operand as MethodReference;
            Places.Add(new(called, string.Create(CultureInfo.InvariantCulture, $"{i - first} {statement}"), taker is not null && IsQuery(taker)));
        }
    }

    private static bool IsQuery(MethodReference called) => called.DeclaringType.Namespace == "System.Linq" && called.DeclaringType.Name is "Enumerable" or "ParallelEnumerable";

    private static string Line(Instruction instruction, string line, MethodBody body)
    {
        // Numbers of locals shift with every other statement.
        if (BodyText.Local(instruction, body) is not { } local) return line;
        return $"{line[..line.IndexOf(' ', StringComparison.Ordinal)]} {Masked.Type(local.VariableType)}";
    }

    /// <summary>What the compiler numbers goes by its kind, captured variables without their names.</summary>
    private sealed class NoNumbers : IElementNaming
    {
        public string Of(TypeDefinition type) => AssemblyModel.Generated(type).Kind switch
        {
            GeneratedKind.None => AssemblyModel.IsInGenerated(type.DeclaringType) ? $"{Of(type.DeclaringType)}/{type.Name}" : type.FullName,
            // A lambda that captures for the first time, or no longer, is still made in the same place.
            GeneratedKind.LambdaClass or GeneratedKind.Closure => "<captured>",
            var kind => $"<{kind}>",
        };

        public string Of(MethodDefinition method)
        {
            var name = AssemblyModel.Generated(method);
            if (name.Kind == GeneratedKind.Lambda) return "<lambda>";
            if (name.Kind == GeneratedKind.LocalFunction) return $"<local function {name.Suffix}>";
            return AssemblyModel.IsInGenerated(method.DeclaringType) ? $"{Of(method.DeclaringType)}::{method.Name}" : MetadataNames.Key(method);
        }

        public string Of(FieldDefinition field) => AssemblyModel.Generated(field).Kind switch
        {
            GeneratedKind.LambdaCache or GeneratedKind.MethodGroupCache => "<cache>",
            _ => AssemblyModel.IsInGenerated(field.DeclaringType) ? $"<variable of {AssemblyModel.Generated(field.DeclaringType).Kind}>" : MetadataNames.Key(field),
        };
    }
}
