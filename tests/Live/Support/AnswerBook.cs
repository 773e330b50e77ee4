using System.Text;
using System.Text.Json;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>A status and a body whose spacing is normalised, so that equal answers are equal strings.</summary>
internal sealed record Answer(int Status, string Body)
{
    public static Answer Parse(int status, ReadOnlySpan<byte> body, IReadOnlySet<string> ignored)
    {
        var reader = new Utf8JsonReader(body);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return new Answer(status, Normalise(document.RootElement, ignored));
    }

    internal static string Normalise(JsonElement body, IReadOnlySet<string> ignored)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (ignored.Count == 0 || body.ValueKind != JsonValueKind.Object)
                body.WriteTo(writer);
            else
                WriteWithout(writer, body, ignored);
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteWithout(Utf8JsonWriter writer, JsonElement body, IReadOnlySet<string> ignored)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (!ignored.Contains(property.Name))
                property.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary>A request to a service.</summary>
/// <param name="Customer">Who is signed in; null for nobody.</param>
/// <param name="Body">JSON; ignored for GET.</param>
internal sealed record AnswerRequest(string? Customer, HttpMethod Method, string Path, string Body);

/// <summary>One request and what each revision of the service answers to it.</summary>
internal sealed record AnswerCase(
    string Name, HttpMethod Method, string Path, string Request, IReadOnlySet<string> Ignored, IReadOnlyDictionary<string, Answer> Answers)
{
    /// <summary>Who is signed in; null for nobody.</summary>
    public string? Customer { get; init; }

    /// <summary>True when a revision's answer comes some time after the revision.</summary>
    public bool Eventually { get; init; }

    /// <summary>Parses an answer as this case compares answers.</summary>
    public Answer Read(int status, ReadOnlySpan<byte> body) => Answer.Parse(status, body, Ignored);
}

/// <summary>The example's `fixes/expected.json`: its revisions, oldest first, and what they answer.</summary>
internal sealed record AnswerBook(IReadOnlyList<string> Revisions, IReadOnlyList<AnswerCase> Cases)
{
    /// <summary>Passwords of the customers that requests are made for.</summary>
    public IReadOnlyDictionary<string, string> Customers { get; init; } = new Dictionary<string, string>();

    /// <summary>What is asked once, before everything else.</summary>
    public IReadOnlyList<AnswerRequest> Setup { get; init; } = [];

    public static AnswerBook Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        string[] revisions = document.RootElement.GetProperty("revisions").EnumerateArray().Select(revision => revision.GetString()!).ToArray();
        AnswerCase[] cases = document.RootElement.GetProperty("cases").EnumerateArray().Select(@case => ReadCase(@case, revisions)).ToArray();
        return new AnswerBook(revisions, cases)
        {
            Customers = document.RootElement.TryGetProperty("customers", out JsonElement customers)
                ? customers.EnumerateObject().ToDictionary(customer => customer.Name, customer => customer.Value.GetString()!)
                : [],
            Setup = document.RootElement.TryGetProperty("setup", out JsonElement setup) ? setup.EnumerateArray().Select(ReadRequest).ToArray() : [],
        };
    }

    private static AnswerRequest ReadRequest(JsonElement request) => new(
        request.TryGetProperty("as", out JsonElement customer) ? customer.GetString() : null,
        new HttpMethod(request.GetProperty("method").GetString()!),
        request.GetProperty("path").GetString()!,
        request.TryGetProperty("request", out JsonElement body) ? body.GetRawText() : "");

    private static AnswerCase ReadCase(JsonElement @case, string[] revisions)
    {
        HashSet<string> ignored = @case.TryGetProperty("ignore", out JsonElement names)
            ? names.EnumerateArray().Select(name => name.GetString()!).ToHashSet()
            : [];
        AnswerRequest request = ReadRequest(@case);
        return new AnswerCase(
            @case.GetProperty("name").GetString()!, request.Method, request.Path, request.Body, ignored, ReadAnswers(@case.GetProperty("answers"), revisions, ignored))
        {
            Customer = request.Customer,
            Eventually = @case.TryGetProperty("eventually", out JsonElement eventually) && eventually.GetBoolean(),
        };
    }

    private static Dictionary<string, Answer> ReadAnswers(JsonElement answers, string[] revisions, HashSet<string> ignored)
    {
        var byRevision = new Dictionary<string, Answer>();
        Answer? latest = null;
        foreach (string revision in revisions)
        {
            if (answers.TryGetProperty(revision, out JsonElement given))
                latest = new Answer(given.GetProperty("status").GetInt32(), Answer.Normalise(given.GetProperty("body"), ignored));
            byRevision[revision] = latest ?? throw new InvalidDataException($"No answer is given for the first revision, {revision}.");
        }
        return byRevision;
    }
}
