namespace WasmActors.Host.Cli.Compilation;

/// <summary>What <c>cache show</c> tells, as JSON.</summary>
/// <param name="Folder">Where compiled modules are kept.</param>
/// <param name="Size">Bytes of all of them.</param>
/// <param name="Modules">Each of them, the most recently used first.</param>
internal sealed record CacheReport(string Folder, long Size, IReadOnlyList<CachedArtifact> Modules);

/// <summary>A compiled module in the cache.</summary>
/// <param name="Digest">SHA-256 of the module's binary form.</param>
/// <param name="Size">Bytes.</param>
/// <param name="LastUsed">When it was last written or loaded.</param>
/// <param name="Usable">Whether a run without --fuel takes it as it is; others were compiled with other settings or by another version.</param>
internal sealed record CachedArtifact(string Digest, long Size, DateTimeOffset LastUsed, bool Usable);

/// <summary>What <c>cache clear</c> tells, as JSON.</summary>
/// <param name="Folder">Where compiled modules are kept.</param>
/// <param name="Removed">How many files were removed.</param>
internal sealed record ClearReport(string Folder, int Removed);
