using System.Diagnostics.CodeAnalysis;

namespace Pricing.Common;

/// <summary>A cache of a fixed size that drops what was not asked for the longest.</summary>
public sealed class LruCache<TKey, TValue> where TKey : notnull
{
    private readonly int _capacity;
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries;
    private readonly LinkedList<Entry> _byUse = new();
    private long _hits;
    private long _misses;

    public LruCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
        _entries = new Dictionary<TKey, LinkedListNode<Entry>>(capacity);
    }

    public long Hits => Volatile.Read(ref _hits);

    public long Misses => Volatile.Read(ref _misses);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _misses++;
                value = default;
                return false;
            }
            _hits++;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out LinkedListNode<Entry>? old))
                _byUse.Remove(old);
            else if (_entries.Count >= _capacity)
                DropOldest();
            _entries[key] = _byUse.AddFirst(new Entry(key, value));
        }
    }

    private void DropOldest()
    {
        LinkedListNode<Entry> oldest = _byUse.Last!;
        _byUse.RemoveLast();
        _entries.Remove(oldest.Value.Key);
    }

    private readonly record struct Entry(TKey Key, TValue Value);
}
