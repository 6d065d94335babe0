namespace WasmActors.Host.Access;

/// <summary>The key that the first start on an empty database makes, so that somebody can begin.</summary>
internal static class FirstKey
{
    /// <summary>Its name.</summary>
    public const string Name = "first";

    /// <summary>Makes it if the database has never had a key. If all keys were deleted by hand, <c>keys recover</c> makes one.</summary>
    /// <returns>The key as its owner needs it, or null if there are or were keys.</returns>
    public static async Task<string?> CreateAsync(IKeyStore store, CancellationToken cancellation)
    {
        var (key, token) = ApiKey.Create(Name, [ApiScope.Admin], new KeyLimits(null, null, null, null), TimeProvider.System);
        return await store.AddFirstAsync(key, cancellation).ConfigureAwait(false) ? token : null;
    }
}
