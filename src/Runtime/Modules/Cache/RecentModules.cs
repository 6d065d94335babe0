using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Runtime.Modules.Cache;

/// <summary>Modules by digest, up to a number; the least recently used is forgotten first. For one thread at a time.</summary>
internal sealed class RecentModules(int limit)
{
    private readonly Dictionary<string, LinkedListNode<WasmModule>> _byDigest = new(StringComparer.Ordinal);
    private readonly LinkedList<WasmModule> _byUse = new();

    internal bool TryGet(string digest, [NotNullWhen(true)] out WasmModule? module)
    {
        module = null;
        if (!_byDigest.TryGetValue(digest, out var node))
        {
            return false;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        module = node.Value;
        return true;
    }

    internal void Add(WasmModule module)
    {
        if (_byDigest.ContainsKey(module.Digest))
        {
            return;
        }

        _byDigest.Add(module.Digest, _byUse.AddFirst(module));
        if (_byUse.Count > limit)
        {
            _byDigest.Remove(_byUse.Last!.Value.Digest);
            _byUse.RemoveLast();
        }
    }

    internal void Clear()
    {
        _byDigest.Clear();
        _byUse.Clear();
    }
}
