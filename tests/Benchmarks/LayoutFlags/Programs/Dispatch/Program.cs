using Dispatch;

// Call-heavy work, the worst case for a compiler that may not assume which types exist: an expression tree with virtual calls, an interface with one
// implementation, a generic interface over a structure, a class that nobody derives from without being sealed, statics that are read in a loop.
return Harness.Run(args, rounds =>
{
    Node tree = Trees.Build(depth: 9);
    IClock clock = new FixedClock();
    var meter = new Meter();
    var pool = new Pool<Counter>(64);
    long checksum = 0;
    for (int round = 0; round < rounds; round++)
    {
        var scope = new Scope(round, clock);
        checksum += tree.Evaluate(scope) + new DepthVisitor().Visit(tree);
        for (int i = 0; i < 256; i++)
        {
            meter.Record(clock.Now + Settings.Scale * i);
            checksum += pool.Next().Increment();
        }
        checksum ^= meter.Total;
    }
    return checksum;
});

namespace Dispatch
{
    internal interface IClock
    {
        long Now { get; }
    }

    internal class FixedClock : IClock
    {
        private long _now = 1_000;

        public virtual long Now => _now++;
    }

    internal sealed class Scope(long x, IClock clock)
    {
        public long X => x;
        public IClock Clock => clock;
    }

    internal static class Settings
    {
        public static readonly int Scale = 3;
        public static readonly int[] Weights = [1, 2, 3, 5, 8, 13, 21, 34];
    }

    internal class Meter
    {
        public long Total { get; private set; }

        public virtual void Record(long value) => Total += Clamp(value) * Settings.Weights[value & 7];

        protected virtual long Clamp(long value) => value > 5_000 ? 5_000 : value;
    }

    internal interface ICounter
    {
        long Increment();
    }

    internal class Counter : ICounter
    {
        private long _value;

        public virtual long Increment() => ++_value;
    }

    internal sealed class Pool<T> where T : class, ICounter, new()
    {
        private readonly List<T> _items = [];
        private int _next;

        public Pool(int size)
        {
            for (int i = 0; i < size; i++)
                _items.Add(new T());
        }

        public T Next() => _items[_next++ & (_items.Count - 1)];
    }

    internal abstract class Node
    {
        public abstract long Evaluate(Scope scope);

        public abstract TResult Accept<TResult>(Visitor<TResult> visitor);
    }

    internal abstract class Visitor<TResult>
    {
        public TResult Visit(Node node) => node.Accept(this);

        public abstract TResult VisitLeaf(Node leaf);

        public abstract TResult VisitBinary(Binary binary);
    }

    internal sealed class DepthVisitor : Visitor<int>
    {
        public override int VisitLeaf(Node leaf) => 1;

        public override int VisitBinary(Binary binary) => 1 + Math.Max(Visit(binary.Left), Visit(binary.Right));
    }

    internal class Constant(long value) : Node
    {
        public override long Evaluate(Scope scope) => value;

        public override TResult Accept<TResult>(Visitor<TResult> visitor) => visitor.VisitLeaf(this);
    }

    internal class Variable : Node
    {
        public override long Evaluate(Scope scope) => scope.X;

        public override TResult Accept<TResult>(Visitor<TResult> visitor) => visitor.VisitLeaf(this);
    }

    internal class Time : Node
    {
        public override long Evaluate(Scope scope) => scope.Clock.Now;

        public override TResult Accept<TResult>(Visitor<TResult> visitor) => visitor.VisitLeaf(this);
    }

    internal abstract class Binary(Node left, Node right) : Node
    {
        public Node Left => left;

        public Node Right => right;

        public override long Evaluate(Scope scope) => Combine(left.Evaluate(scope), right.Evaluate(scope));

        public override TResult Accept<TResult>(Visitor<TResult> visitor) => visitor.VisitBinary(this);

        protected abstract long Combine(long a, long b);
    }

    internal class Sum(Node left, Node right) : Binary(left, right)
    {
        protected override long Combine(long a, long b) => a + b;
    }

    internal class Mixture(Node left, Node right) : Binary(left, right)
    {
        protected override long Combine(long a, long b) => (a * 31) ^ b;
    }

    internal static class Trees
    {
        public static Node Build(int depth) => depth switch
        {
            0 => new Constant(17),
            1 => new Variable(),
            2 => new Time(),
            _ when depth % 2 == 0 => new Sum(Build(depth - 1), Build(depth - 2)),
            _ => new Mixture(Build(depth - 1), Build(depth - 2)),
        };
    }
}
