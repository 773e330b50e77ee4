using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Where the framework's types are at run time, as far as code is compiled against another assembly: taken from the type forwards of Microsoft.NETCore.App.
/// A name too many does no harm, and needs not exist.</summary>
internal static class Facades
{
    // Behind System.Runtime and many others; every program uses them.
    private static readonly ImmutableArray<string> Core =
        ["System.Private.CoreLib", "System.Private.Uri", "System.Private.Xml", "System.Private.Xml.Linq", "System.Private.DataContractSerialization"];

    // The assemblies of .NET 8 to 10 that have public types of their own.
    private static readonly ImmutableArray<string> All =
    [
        .. """
        Microsoft.CSharp Microsoft.VisualBasic.Core Microsoft.Win32.Registry System.Collections System.Collections.Concurrent
        System.Collections.Immutable System.Collections.NonGeneric System.Collections.Specialized System.ComponentModel
        System.ComponentModel.Annotations System.ComponentModel.EventBasedAsync System.ComponentModel.Primitives System.ComponentModel.TypeConverter
        System.Console System.Data.Common System.Diagnostics.DiagnosticSource System.Diagnostics.FileVersionInfo System.Diagnostics.Process
        System.Diagnostics.StackTrace System.Diagnostics.TextWriterTraceListener System.Diagnostics.TraceSource System.Drawing.Primitives
        System.Formats.Asn1 System.Formats.Tar System.IO.Compression System.IO.Compression.Brotli System.IO.Compression.ZipFile
        System.IO.FileSystem.AccessControl System.IO.FileSystem.DriveInfo System.IO.FileSystem.Watcher System.IO.IsolatedStorage
        System.IO.MemoryMappedFiles System.IO.Pipelines System.IO.Pipes System.IO.Pipes.AccessControl System.Linq System.Linq.AsyncEnumerable
        System.Linq.Expressions System.Linq.Parallel System.Linq.Queryable System.Memory System.Net.Http System.Net.Http.Json
        System.Net.HttpListener System.Net.Mail System.Net.NameResolution System.Net.NetworkInformation System.Net.Ping System.Net.Primitives
        System.Net.Quic System.Net.Requests System.Net.Security System.Net.ServerSentEvents System.Net.ServicePoint System.Net.Sockets
        System.Net.WebClient System.Net.WebHeaderCollection System.Net.WebProxy System.Net.WebSockets System.Net.WebSockets.Client
        System.ObjectModel System.Reflection.DispatchProxy System.Reflection.Emit System.Reflection.Metadata System.Reflection.TypeExtensions
        System.Resources.Writer System.Runtime.CompilerServices.VisualC System.Runtime.InteropServices System.Runtime.InteropServices.JavaScript
        System.Runtime.Numerics System.Runtime.Serialization.Formatters System.Runtime.Serialization.Primitives System.Security.AccessControl
        System.Security.Claims System.Security.Cryptography System.Security.Principal.Windows System.Text.Encoding.CodePages
        System.Text.Encodings.Web System.Text.Json System.Text.RegularExpressions System.Threading System.Threading.AccessControl
        System.Threading.Channels System.Threading.Tasks.Dataflow System.Threading.Tasks.Parallel System.Transactions.Local System.Web.HttpUtility
        System.Xml.XPath.XDocument
        """.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries),
    ];

    // .NET Standard's, and those of the .NET Framework.
    private static readonly HashSet<string> Whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "netstandard", "mscorlib", "System", "System.Configuration", "System.Core", "System.Data", "System.Drawing", "System.Net", "System.Numerics", "System.Runtime.Serialization",
        "System.Security", "System.Transactions", "System.Web", "System.Windows", "System.Xml", "System.Xml.Linq", "System.Xml.Serialization", "WindowsBase",
    };

    private static readonly Dictionary<string, ImmutableArray<string>> Some = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.VisualBasic"] = ["Microsoft.VisualBasic.Core"],
        ["System.ComponentModel.DataAnnotations"] = ["System.ComponentModel.Annotations"],
        ["System.ComponentModel.TypeConverter"] = ["System.ComponentModel.Primitives", "System.ObjectModel"],
        ["System.Data.DataSetExtensions"] = ["System.Data.Common"],
        ["System.Dynamic.Runtime"] = ["System.Linq.Expressions"],
        ["System.IO.Compression.FileSystem"] = ["System.IO.Compression.ZipFile"],
        ["System.IO.Pipes.AccessControl"] = ["System.IO.Pipes"],
        ["System.Net.Requests"] = ["System.Net.WebHeaderCollection"],
        ["System.Net.ServicePoint"] = ["System.Net.Requests"],
        ["System.Runtime.Serialization.Xml"] = ["System.Runtime.Serialization.Primitives"],
        ["System.Security.SecureString"] = ["System.Runtime.InteropServices"],
    };

    /// <summary>The names of assemblies, and of those that their types may be in at run time; sorted.</summary>
    public static ImmutableArray<string> WithImplementations(IEnumerable<string> references)
    {
        SortedSet<string> names = new(Core, StringComparer.Ordinal);
        foreach (string reference in references)
        {
            names.Add(reference);
            if (Whole.Contains(reference))
                names.UnionWith(All);
            else if (Some.TryGetValue(reference, out ImmutableArray<string> some))
                names.UnionWith(some);
            else if (reference.StartsWith("System.Security.Cryptography.", StringComparison.OrdinalIgnoreCase))
                names.Add("System.Security.Cryptography");
        }
        return [.. names];
    }
}
