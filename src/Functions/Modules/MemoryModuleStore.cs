using System.Collections.Concurrent;
using WasmActors.Functions.Api;

namespace WasmActors.Functions.Modules;

/// <summary>Keeps modules in memory, for programs of one node that deploy their functions at each start, and for
/// tests.</summary>
/// <param name="clock">The clock of <see cref="StoredModule.UsedAt"/>; null for the system's.</param>
public sealed class MemoryModuleStore(TimeProvider? clock = null) : IModuleInventory
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, (ReadOnlyMemory<byte> Bytes, DateTimeOffset UsedAt)> _modules = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        _modules[digest] = (bytes.ToArray(), _clock.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default) =>
        Task.FromResult(_modules.TryGetValue(digest, out var module) ? module.Bytes : (ReadOnlyMemory<byte>?)null);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredModule>> ListAsync(string? after, int limit, CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<StoredModule>>(
    [
        .. _modules.Where(m => after is null || string.CompareOrdinal(m.Key, after) > 0).OrderBy(static m => m.Key, StringComparer.Ordinal).Take(limit)
            .Select(static m => new StoredModule(m.Key, m.Value.Bytes.Length) { UsedAt = m.Value.UsedAt }),
    ]);

    /// <inheritdoc/>
    public Task<bool> TouchAsync(string digest, CancellationToken cancellation = default)
    {
        while (_modules.TryGetValue(digest, out var module))
        {
            if (_modules.TryUpdate(digest, (module.Bytes, _clock.GetUtcNow()), module))
            {
                return Task.FromResult(true);
            }
        }

        return Task.FromResult(false);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string digest, TimeSpan? unusedFor, CancellationToken cancellation = default) => Task.FromResult(
        _modules.TryGetValue(digest, out var module)
        && (unusedFor is not { } unused || module.UsedAt <= _clock.GetUtcNow() - unused)
        && _modules.TryRemove(KeyValuePair.Create(digest, module)));
}
