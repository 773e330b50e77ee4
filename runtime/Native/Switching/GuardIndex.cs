using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Finds the guarded range that an address stands in: nearly every word of a stack is ruled out by one comparison, most of the rest by one bit.</summary>
internal sealed class GuardIndex
{
    private const int PageBits = 10; // a few functions' worth of code
    private readonly GuardedRange[] sorted;
    private readonly ulong[] pages;
    private readonly ulong pageMask;

    internal GuardIndex(ImmutableArray<GuardedRange> guards)
    {
        sorted = new GuardedRange[guards.Length];
        int count = 0;
        foreach (GuardedRange guard in guards)
        {
            if (guard.End > guard.Start)
                sorted[count++] = guard;
        }

        sorted = sorted[..count];
        ulong[] starts = new ulong[count];
        for (int i = 0; i < count; i++)
            starts[i] = sorted[i].Start;
        Array.Sort(starts, sorted);
        if (sorted.Length == 0)
        {
            First = ulong.MaxValue;
            Span = 0;
            pages = new ulong[1];
            return;
        }

        First = sorted[0].Start;
        ulong end = 0;
        foreach (GuardedRange guard in sorted)
            end = Math.Max(end, guard.End);
        Span = end - First;
        // Ranges may overlap (a whole body and the entry in it): cut each where the next begins, so that at most one can hold an address.
        int kept = 0;
        ulong covered = 0;
        foreach (GuardedRange guard in sorted)
        {
            ulong start = Math.Max(guard.Start, covered);
            if (start >= guard.End)
                continue;
            sorted[kept++] = guard with { Start = start };
            covered = guard.End;
        }

        sorted = sorted[..kept];
        ulong pageCount = Math.Min((Span >> PageBits) + 1, 1UL << 20);
        pages = new ulong[Math.Max(1, (int)(BitOperations.RoundUpToPowerOf2(pageCount) / 64))];
        pageMask = (ulong)pages.Length * 64 - 1;
        foreach (GuardedRange guard in sorted)
        {
            ulong last = (guard.End - 1 - First) >> PageBits;
            for (ulong page = (guard.Start - First) >> PageBits, n = 0; page <= last && n <= pageMask; page++, n++)
                pages[(page & pageMask) / 64] |= 1UL << (int)(page & 63);
        }
    }

    /// <summary>Lowest guarded address.</summary>
    internal ulong First { get; }

    /// <summary>From the lowest guarded address to the one behind the highest.</summary>
    internal ulong Span { get; }

    internal bool Empty => Span == 0;

    internal GuardedRange this[int index] => sorted[index];

    /// <returns>The index of the range that holds the address, or -1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Find(ulong address)
    {
        ulong offset = address - First;
        if (offset >= Span)
            return -1;
        ulong page = (offset >> PageBits) & pageMask;
        if ((pages[page / 64] & (1UL << (int)(page & 63))) == 0)
            return -1;
        int low = 0, high = sorted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (address < sorted[middle].Start)
                high = middle - 1;
            else if (address >= sorted[middle].End)
                low = middle + 1;
            else
                return middle;
        }

        return -1;
    }

    /// <summary>Finds the first word that stands in a guarded range or equals <paramref name="mark"/>.</summary>
    /// <returns>Its index, or <paramref name="count"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe int Candidate(ulong* words, int from, int count, ulong mark)
    {
        int i = from;
        ulong first = First, span = Span;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> firsts = Vector256.Create(first), spans = Vector256.Create(span), marks = Vector256.Create(mark);
            for (; i + Vector256<ulong>.Count <= count; i += Vector256<ulong>.Count)
            {
                Vector256<ulong> four = Vector256.Load(words + i);
                if ((Vector256.LessThan(four - firsts, spans) | Vector256.Equals(four, marks)) != Vector256<ulong>.Zero)
                    break;
            }
        }

        for (; i < count; i++)
            if (words[i] - first < span || words[i] == mark)
                return i;
        return count;
    }
}
