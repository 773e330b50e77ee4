namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>Strongly connected components of a graph (Tarjan, SIAM J. Comput. 1, 1972).</summary>
internal static class Circles
{
    /// <summary>The components; each one behind all that it leads to.</summary>
    public static List<List<T>> Of<T>(IReadOnlyList<T> nodes, Func<T, IEnumerable<T>> next) where T : notnull
    {
        List<List<T>> found = [];
        Dictionary<T, (int Index, int Low)> seen = [];
        Stack<T> open = [];
        HashSet<T> isOpen = [];
        foreach (T node in nodes)
        {
            if (!seen.ContainsKey(node))
                Visit(node);
        }
        return found;

        int Visit(T node)
        {
            int index = seen.Count, low = index;
            seen[node] = (index, low);
            open.Push(node);
            isOpen.Add(node);
            foreach (T to in next(node))
            {
                if (!seen.TryGetValue(to, out (int Index, int Low) other))
                    low = Math.Min(low, Visit(to));
                else if (isOpen.Contains(to))
                    low = Math.Min(low, other.Index);
            }
            if (low != index)
                return low;
            List<T> component = [];
            T top;
            do
            {
                top = open.Pop();
                isOpen.Remove(top);
                component.Add(top);
            }
            while (!EqualityComparer<T>.Default.Equals(top, node));
            component.Reverse();
            found.Add(component);
            return low;
        }
    }
}
