using System.Security.Cryptography;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Functions.Modules;

/// <summary>A node's way to modules by digest: from its cache, else out of the store, checked and compiled once.</summary>
internal sealed class FunctionModules(IModuleStore store, ModuleCache cache)
{
    /// <summary>Keeps a module in the store, for all nodes.</summary>
    /// <param name="module">The module; that it was compiled proves that it is one.</param>
    /// <param name="bytes">What it was compiled from: binary, or text, which is converted.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>module.unavailable</c></exception>
    internal Task PutAsync(WasmModule module, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var binary = ModuleText.IsBinary(bytes.Span) ? bytes : ModuleText.ToBinary(bytes.Span);
        return UseStoreAsync(async () =>
        {
            await store.PutAsync(module.Digest, binary, cancellation).ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>The module with a digest.</summary>
    /// <exception cref="WasmError"><c>module.not_found</c>, <c>module.corrupt</c>, <c>module.unavailable</c>, and failures of compiling.</exception>
    internal async ValueTask<WasmModule> GetAsync(string digest, string name, CancellationToken cancellation)
    {
        if (cache.TryGet(digest) is { } known)
        {
            return known;
        }

        var bytes = await UseStoreAsync(() => store.FindAsync(digest, cancellation)).ConfigureAwait(false)
            ?? throw new WasmError(FunctionErrorCode.ModuleNotFound, $"No module {digest} is stored: deploy it with its bytes.");
        if (Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) != digest)
        {
            throw new WasmError(FunctionErrorCode.ModuleCorrupt, $"What is stored as module {digest} has another digest: the database is damaged. Nothing of it was loaded; deploy the module again.");
        }

        return await cache.GetAsync(bytes, name, cancellation).ConfigureAwait(false);
    }

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
