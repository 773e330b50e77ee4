using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Methods of the framework that look at who calls them (<c>StackCrawlMark</c> in dotnet/runtime's System.Private.CoreLib): in a patch assembly
/// they would find that.</summary>
internal enum StackCrawl
{
    /// <summary><c>Assembly.GetExecutingAssembly</c>: replaced by the baseline's assembly.</summary>
    ExecutingAssembly,

    /// <summary><c>MethodBase.GetCurrentMethod</c>: replaced by the baseline's method; refused where there is none.</summary>
    CurrentMethod,

    /// <summary><c>Type.GetType</c> by name: replaced by a look into the baseline's assembly and the core library.</summary>
    TypeByName,

    /// <summary><c>Assembly.GetCallingAssembly</c>: refused.</summary>
    CallingAssembly,

    /// <summary><c>Activator.CreateInstance</c> by names, where no assembly's name means the caller's assembly: refused.</summary>
    InstanceByName,
}

/// <summary>Finds such methods.</summary>
internal static class StackCrawls
{
    /// <summary>What a call asks for; null where the method does not look at its caller.</summary>
    public static StackCrawl? Find(MethodReference called) => (called.DeclaringType.FullName, called.Name) switch
    {
        ("System.Reflection.Assembly", "GetExecutingAssembly") => StackCrawl.ExecutingAssembly,
        ("System.Reflection.MethodBase", "GetCurrentMethod") => StackCrawl.CurrentMethod,
        ("System.Reflection.Assembly", "GetCallingAssembly") => StackCrawl.CallingAssembly,
        ("System.Activator", "CreateInstance") when called.Parameters.Count > 1 && called.Parameters.Take(2).All(p => p.ParameterType.MetadataType == MetadataType.String) => StackCrawl.InstanceByName,
        // Those with resolver functions look into no assembly of their own accord.
        ("System.Type", "GetType") when called is { HasThis: false, Parameters.Count: > 0 }
            && called.Parameters.All(p => p.ParameterType.MetadataType is MetadataType.String or MetadataType.Boolean) => StackCrawl.TypeByName,
        _ => null,
    };
}
