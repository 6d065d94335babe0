using System.Collections.Concurrent;

namespace WasmActors.Actors.Functions.Modules;

/// <summary>Keeps modules in memory, for programs of one node that deploy their functions at each start, and for tests.</summary>
public sealed class MemoryModuleStore : IModuleStore
{
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _modules = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        _modules[digest] = bytes.ToArray();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default) =>
        Task.FromResult(_modules.TryGetValue(digest, out var bytes) ? bytes : (ReadOnlyMemory<byte>?)null);
}
