using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Collections;

// Framework-heavy work: dictionaries, sorting, text, JSON, numbers.
return Harness.Run(args, rounds =>
{
    long checksum = 0;
    var random = new Random(11);
    for (int round = 0; round < rounds; round++)
        checksum = checksum * 31 + Words(random) + Json(random) + Matrices() + Sorting(random) + Primes();
    return checksum;
});

static long Words(Random random)
{
    var text = new StringBuilder();
    for (int i = 0; i < 400; i++)
        text.Append((char)('a' + random.Next(20))).Append(i % 5 == 0 ? ' ' : (char)('a' + i % 3));
    Dictionary<string, int> counts = [];
    foreach (string word in text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))
        counts[word] = counts.GetValueOrDefault(word) + 1;
    var sorted = new SortedDictionary<string, int>(counts, StringComparer.Ordinal);
    return sorted.Take(10).Sum(entry => entry.Key.Length * entry.Value) + counts.Where(entry => entry.Value > 1).OrderByDescending(entry => entry.Key, StringComparer.Ordinal).Count();
}

static long Json(Random random)
{
    var report = new Report("daily", Enumerable.Range(0, 20).Select(i => new Reading($"sensor-{i}", random.NextDouble() * 100, i % 3 == 0 ? ["hot", "late"] : [])).ToList());
    byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.Report);
    Report back = JsonSerializer.Deserialize(bytes, ReportJson.Default.Report)!;
    return bytes.Length + back.Readings.Sum(reading => reading.Tags.Length) + (long)back.Readings.Average(reading => reading.Value);
}

static long Matrices()
{
    const int size = 24;
    double[] a = new double[size * size], b = new double[size * size], c = new double[size * size];
    for (int i = 0; i < a.Length; i++)
    {
        a[i] = i % 7;
        b[i] = i % 5;
    }
    for (int i = 0; i < size; i++)
    {
        for (int k = 0; k < size; k++)
        {
            for (int j = 0; j < size; j++)
                c[i * size + j] += a[i * size + k] * b[k * size + j];
        }
    }
    return (long)c.Sum();
}

static long Sorting(Random random)
{
    var people = new List<(string Name, int Age)>();
    for (int i = 0; i < 150; i++)
        people.Add(($"name{random.Next(1000)}", random.Next(90)));
    people.Sort((left, right) => left.Age != right.Age ? left.Age.CompareTo(right.Age) : string.CompareOrdinal(left.Name, right.Name));
    var queue = new PriorityQueue<string, int>();
    foreach ((string name, int age) in people)
        queue.Enqueue(name, -age);
    return people.GroupBy(person => person.Age / 10).Max(group => group.Count()) + queue.Dequeue().Length;
}

static long Primes()
{
    bool[] composite = new bool[4000];
    var found = new HashSet<int>();
    for (int i = 2; i < composite.Length; i++)
    {
        if (composite[i])
            continue;
        found.Add(i);
        for (int j = i * 2; j < composite.Length; j += i)
            composite[j] = true;
    }
    BigInteger product = BigInteger.One;
    foreach (int prime in found.Take(40))
        product *= prime;
    return found.Count + (long)(product % 1_000_003);
}

namespace Collections
{
    internal sealed record Reading(string Sensor, double Value, string[] Tags);

    internal sealed record Report(string Name, List<Reading> Readings);

    [JsonSerializable(typeof(Report))]
    internal sealed partial class ReportJson : JsonSerializerContext;
}
