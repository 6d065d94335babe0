namespace WasmActors.Host.Access;

/// <summary>
/// Stores API keys without their secrets. Names are unique. Each change raises the revision together with its effect.
/// </summary>
/// <remarks>Every method fails with <see cref="System.Data.Common.DbException"/> if the database does not
/// answer.</remarks>
internal interface IKeyStore
{
    /// <summary>
    /// Returns the number of changes so far. If it is the same as when the keys were read, they have not changed.
    /// </summary>
    Task<long> RevisionAsync(CancellationToken cancellation);

    /// <summary>Returns all keys, by name.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation);

    /// <summary>Adds a key.</summary>
    /// <returns>False if there is one with its name.</returns>
    Task<bool> AddAsync(ApiKey key, CancellationToken cancellation);

    /// <summary>Adds a key if there has never been one.</summary>
    /// <returns>False if there is or was one.</returns>
    Task<bool> AddFirstAsync(ApiKey key, CancellationToken cancellation);

    /// <summary>Removes a key, but not the last one with the scope admin: nobody could make keys any more.</summary>
    Task<KeyRemoval> RemoveAsync(string id, CancellationToken cancellation);
}
