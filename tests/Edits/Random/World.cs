namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>The state of a process: what its start made. Code of either revision can run on it.</summary>
internal sealed class World
{
    private readonly Dictionary<string, long> _statics = [];
    private readonly Dictionary<string, Dictionary<long, long>> _tables = [];

    /// <summary>The world after a program has started.</summary>
    public World(ProgramModel program)
    {
        foreach (NamedValue field in program.Statics)
            StaticOf(program, field.Name);
        foreach (Table table in program.Tables)
            TableOf(program, table.Name);
        foreach (ObjectModel made in program.Objects)
            Objects[made.Name] = Instance.Create(program, this, made.Class, made.First, made.Second);
    }

    public Dictionary<string, Instance> Objects { get; } = [];

    /// <summary>The value of a static field; one that a later revision adds gets the value of its initialiser.</summary>
    public long StaticOf(ProgramModel program, string name)
    {
        if (!_statics.TryGetValue(name, out long value))
            _statics[name] = value = program.Statics.First(s => s.Name == name).Value;
        return value;
    }

    /// <summary>The content of a static dictionary.</summary>
    public IReadOnlyDictionary<long, long> TableOf(ProgramModel program, string name)
    {
        if (!_tables.TryGetValue(name, out Dictionary<long, long>? table))
            _tables[name] = table = program.Tables.First(t => t.Name == name).Entries.ToDictionary(e => e.Key, e => e.Value);
        return table;
    }
}

/// <summary>An object.</summary>
internal sealed class Instance
{
    private readonly Dictionary<string, long> _fields = [];

    private Instance(string type) => Class = type;

    /// <summary>The class that it was made as.</summary>
    public string Class { get; }

    /// <summary>What <c>new</c> makes.</summary>
    public static Instance Create(ProgramModel program, World world, string type, long first, long second)
    {
        var result = new Instance(type);
        foreach (FieldModel field in program.Ancestry(type).SelectMany(c => c.Fields))
        {
            Scope scope = new Scope(program, world).And("first", first).And("second", second);
            result._fields[field.Name] = field.FromConstructor?.Evaluate(scope) ?? field.Initial;
        }
        return result;
    }

    /// <summary>The value of a field; one that a later revision adds has the value of its initialiser.</summary>
    public long FieldOf(ProgramModel program, string name) =>
        _fields.TryGetValue(name, out long value) ? value : program.Ancestry(Class).SelectMany(c => c.Fields).First(f => f.Name == name).Initial;
}
