namespace WasmActors.Host.Access;

/// <summary>What came of removing an API key.</summary>
internal enum KeyRemoval
{
    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>There is no such key.</summary>
    NotFound,

    /// <summary>It is the last key with the scope admin, and was kept.</summary>
    LastAdmin,
}
