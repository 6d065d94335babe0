using System.Collections.Concurrent;
using System.Security.Cryptography;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.State;

namespace WasmActors.Functions.Modules;

/// <summary>A node's way to modules by digest: from its cache, else out of the store, checked and compiled
/// once.</summary>
internal sealed class FunctionModules(IModuleStore store, ModuleCache cache)
{
    private const int MaxKnown = 4096;

    // Digests of modules, and those of their rewritten forms.
    private readonly ConcurrentDictionary<string, string> _rewritten = new(StringComparer.Ordinal);

    // Modules that were asked for their signatures, for as long as somebody else keeps them.
    private readonly ConcurrentDictionary<string, WeakReference<WasmModule>> _known = new(StringComparer.Ordinal);

    /// <summary>Keeps a module in the store, for all nodes.</summary>
    /// <param name="digest">SHA-256 of the binary form.</param>
    /// <param name="binary">The binary form, which was compiled already.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>module.unavailable</c></exception>
    internal Task PutAsync(string digest, ReadOnlyMemory<byte> binary, CancellationToken cancellation) => UseStoreAsync(async () =>
    {
        await store.PutAsync(digest, binary, cancellation).ConfigureAwait(false);
        return true;
    });

    /// <summary>The module with a digest.</summary>
    /// <exception cref="WasmError"><c>module.not_found</c>, <c>module.corrupt</c>, <c>module.unavailable</c>, and
    /// failures of compiling.</exception>
    internal async ValueTask<WasmModule> GetAsync(string digest, string name, CancellationToken cancellation)
    {
        return cache.TryGet(digest) is { } known ? known : await GetStoredAsync(digest, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>The module with a digest, rewritten so that its state can be captured.</summary>
    /// <exception cref="WasmError">As <see cref="GetAsync"/>, and <c>state.unsupported</c>.</exception>
    internal async ValueTask<WasmModule> GetRewrittenAsync(string digest, string name, CancellationToken cancellation)
    {
        if (_rewritten.TryGetValue(digest, out string? rewritten) && cache.TryGet(rewritten) is { } known)
        {
            return known;
        }

        var bytes = await FindAsync(digest, cancellation).ConfigureAwait(false) ?? throw NotFound(digest);
        var module = await RewriteAsync(bytes, name, cancellation).ConfigureAwait(false);
        if (_rewritten.Count >= MaxKnown)
        {
            _rewritten.Clear();
        }

        _rewritten[digest] = module.Digest;
        return module;
    }

    /// <summary>Rewrites a module so that its state can be captured, and compiles it.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>, and failures of compiling.</exception>
    internal async Task<WasmModule> RewriteAsync(ReadOnlyMemory<byte> binary, string name, CancellationToken cancellation)
    {
        byte[] rewritten = await Task.Run(() => StateRewriter.Rewrite(binary), cancellation).ConfigureAwait(false);
        return await cache.GetAsync(rewritten, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>The same, which must be in the store, for other nodes to find it.</summary>
    /// <exception cref="WasmError">As <see cref="GetAsync"/>.</exception>
    internal async ValueTask<WasmModule> GetStoredAsync(string digest, string name, CancellationToken cancellation)
    {
        var bytes = await FindAsync(digest, cancellation).ConfigureAwait(false)
            ?? throw NotFound(digest);
        return await cache.GetAsync(bytes, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>A module's binary form, or null where it is not stored.</summary>
    /// <exception cref="WasmError"><c>module.corrupt</c>, <c>module.unavailable</c></exception>
    internal async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation)
    {
        var found = await UseStoreAsync(() => store.FindAsync(digest, cancellation)).ConfigureAwait(false);
        return found is not { } bytes || Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) == digest
            ? found
            : throw new WasmError(FunctionErrorCode.ModuleCorrupt, $"What is stored as module {digest} has another digest: the database is damaged. Nothing of it was loaded; deploy the module again.");
    }

    /// <summary>Notes that a stored module is being deployed.</summary>
    /// <returns>False if it is not stored. True if the store cannot tell.</returns>
    /// <exception cref="WasmError"><c>module.unavailable</c></exception>
    internal Task<bool> TouchAsync(string digest, CancellationToken cancellation) =>
        store is IModuleInventory inventory ? UseStoreAsync(() => inventory.TouchAsync(digest, cancellation)) : Task.FromResult(true);

    /// <summary>Lists stored modules, see <see cref="IModuleInventory.ListAsync"/>.</summary>
    /// <exception cref="WasmError"><c>module.unavailable</c></exception>
    internal Task<IReadOnlyList<StoredModule>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        UseStoreAsync(() => Inventory().ListAsync(after, limit, cancellation));

    /// <summary>Removes a stored module, see <see cref="IModuleInventory.RemoveAsync"/>.</summary>
    /// <exception cref="WasmError"><c>module.unavailable</c></exception>
    internal Task<bool> RemoveAsync(string digest, TimeSpan? unusedFor, CancellationToken cancellation) =>
        UseStoreAsync(() => Inventory().RemoveAsync(digest, unusedFor, cancellation));

    /// <summary>Whether stored modules can be listed and removed.</summary>
    internal bool HasInventory => store is IModuleInventory;

    /// <summary>The error of a digest that no stored module has.</summary>
    internal static WasmError NotFound(string digest) =>
        new(FunctionErrorCode.ModuleNotFound, $"No module with the digest '{GuestText.Clean(digest, GuestText.NameLimit)}' is stored: store it, or deploy it with its bytes.");

    /// <summary>A module that was looked into lately and is still in memory, else null. Allocates nothing.</summary>
    internal WasmModule? Known(string digest) => _known.TryGetValue(digest, out var known) && known.TryGetTarget(out var module) ? module : null;

    /// <summary>The module with a digest, to be looked into; <see cref="Known"/> has it then.</summary>
    /// <exception cref="WasmError">As <see cref="GetAsync"/>.</exception>
    internal async ValueTask<WasmModule> LookIntoAsync(string digest, string name, CancellationToken cancellation)
    {
        if (Known(digest) is { } known)
        {
            return known;
        }

        var module = await GetAsync(digest, name, cancellation).ConfigureAwait(false);
        if (_known.Count >= MaxKnown)
        {
            _known.Clear(); // who is asked for again comes back
        }

        _known[digest] = new WeakReference<WasmModule>(module);
        return module;
    }

    private IModuleInventory Inventory() => store as IModuleInventory
        ?? throw new WasmError(FunctionErrorCode.ModulesUnavailable, "The modules' store keeps no list of them: it is no IModuleInventory.");

    private static async Task<T> UseStoreAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (WasmException or OperationCanceledException))
        {
            throw new WasmError(FunctionErrorCode.ModulesUnavailable, $"The modules' store failed: {failure.GetType().Name}: {failure.Message}", failure);
        }
    }
}
