namespace WasmActors.Functions.Api;

/// <summary>A store of modules that can be listed and cleaned up. Without it, modules stay for ever.</summary>
public interface IModuleInventory : IModuleStore
{
    /// <summary>Lists stored modules in the order of their digests.</summary>
    /// <param name="after">The digest that the list follows on; null for the first ones.</param>
    /// <param name="limit">Most modules to be listed.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    Task<IReadOnlyList<StoredModule>> ListAsync(string? after, int limit, CancellationToken cancellation = default);

    /// <summary>Notes that a module is being deployed, so that it does not count as unused.</summary>
    /// <returns>False if no module has the digest.</returns>
    Task<bool> TouchAsync(string digest, CancellationToken cancellation = default);

    /// <summary>Removes a module.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="unusedFor">Removes it only if it was neither stored nor touched for so long, decided in one step
    /// with the removal; null for in any case.</param>
    /// <param name="cancellation">Gives the attempt up; it may be removed all the same.</param>
    /// <returns>Whether it was removed.</returns>
    Task<bool> RemoveAsync(string digest, TimeSpan? unusedFor, CancellationToken cancellation = default);
}
