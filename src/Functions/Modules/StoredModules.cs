using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Modules;

/// <summary>The stored modules of a cluster: lists them with the functions that use them, deletes them, and collects
/// those that none uses.</summary>
public sealed class StoredModules
{
    private const int Page = 500;

    private readonly FunctionModules _modules;
    private readonly FunctionCatalogue _catalogue;
    private readonly IStateStore? _states;

    internal StoredModules(FunctionModules modules, FunctionCatalogue catalogue, IStateStore? states)
    {
        _modules = modules;
        _catalogue = catalogue;
        _states = states;
    }

    /// <summary>Lists stored modules in the order of their digests.</summary>
    /// <param name="after">The digest that the list follows on; null for the first ones.</param>
    /// <param name="limit">Most modules to be listed.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>module.unavailable</c>: the store does not answer, or cannot be listed (<see
    /// cref="IModuleInventory"/>).</exception>
    public async Task<IReadOnlyList<StoredModule>> ListAsync(string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        var list = await _modules.ListAsync(after, limit, cancellation).ConfigureAwait(false);
        var users = Users();
        return [.. list.Select(m => m with { Functions = users.GetValueOrDefault(m.Digest) ?? [] })];
    }

    /// <summary>Deletes a module that no version of a function has.</summary>
    /// <exception cref="WasmError"><c>module.not_found</c>, <c>module.in_use</c>, <c>module.unavailable</c></exception>
    public async Task DeleteAsync(string digest, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        RequireUnused(digest);
        await RequireNoStateAsync(digest, cancellation).ConfigureAwait(false);
        var bytes = FunctionSpec.IsDigest(digest) ? await _modules.FindAsync(digest, cancellation).ConfigureAwait(false) : null;
        if (bytes is null || !await _modules.RemoveAsync(digest, null, cancellation).ConfigureAwait(false))
        {
            throw FunctionModules.NotFound(digest);
        }

        try
        {
            RequireUnused(digest);
        }
        catch (WasmError)
        {
            // It was deployed in between.
            await _modules.PutAsync(digest, bytes.Value, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes the modules that no version of a function has.</summary>
    /// <param name="unusedFor">Leaves those that were stored or deployed within this time: their deployment may be
    /// under way.</param>
    /// <param name="alsoBefore">Digests of the modules that were unused at an earlier time; only those are removed.
    /// Null for all.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <returns>The modules that are unused now, and how many were removed.</returns>
    internal async Task<(HashSet<string> Unused, int Removed)> CollectAsync(TimeSpan unusedFor, IReadOnlySet<string>? alsoBefore, CancellationToken cancellation)
    {
        var unused = new HashSet<string>(StringComparer.Ordinal);
        int removed = 0;
        string? after = null;
        while (true)
        {
            var page = await _modules.ListAsync(after, Page, cancellation).ConfigureAwait(false);
            var users = Users();
            foreach (var module in page.Where(m => !users.ContainsKey(m.Digest)))
            {
                if (await HasStateAsync(module.Digest, cancellation).ConfigureAwait(false))
                {
                    continue; // keys run the module that their state was made by
                }

                unused.Add(module.Digest);
                if ((alsoBefore?.Contains(module.Digest) ?? true) && await _modules.RemoveAsync(module.Digest, unusedFor, cancellation).ConfigureAwait(false))
                {
                    removed++;
                }
            }

            if (page.Count < Page)
            {
                return (unused, removed);
            }

            after = page[^1].Digest;
        }
    }

    private async Task RequireNoStateAsync(string digest, CancellationToken cancellation)
    {
        if (await HasStateAsync(digest, cancellation).ConfigureAwait(false))
        {
            throw new WasmError(
                FunctionErrorCode.ModuleInUse,
                $"Durable keys have states that the module {digest} has made, and they run it: delete their function first.");
        }
    }

    private async Task<bool> HasStateAsync(string digest, CancellationToken cancellation)
    {
        try
        {
            return _states is not null && await _states.HasModuleAsync(digest, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (WasmException or OperationCanceledException))
        {
            throw new WasmError(ErrorCode.StateUnavailable, $"Whether durable keys need the module cannot be read: {failure.GetType().Name}: {failure.Message}. Nothing was deleted.", failure);
        }
    }

    private void RequireUnused(string digest)
    {
        if (Users().GetValueOrDefault(digest) is { } functions)
        {
            throw new WasmError(
                FunctionErrorCode.ModuleInUse,
                $"The module {digest} is that of a version of {string.Join(", ", functions.Take(10))}{(functions.Count > 10 ? $" and {functions.Count - 10} more functions" : "")}: delete them first. Of each function the last {FunctionEntry.MaxVersions} versions are kept.");
        }
    }

    private Dictionary<string, List<string>> Users()
    {
        var users = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var entry in _catalogue.List())
        {
            foreach (string digest in entry.Versions.Select(static v => v.Spec.ModuleDigest).Distinct(StringComparer.Ordinal))
            {
                if (!users.TryGetValue(digest, out var functions))
                {
                    users.Add(digest, functions = []);
                }

                functions.Add(entry.Name);
            }
        }

        return users;
    }
}
