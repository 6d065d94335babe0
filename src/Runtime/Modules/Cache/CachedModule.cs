namespace WasmActors.Runtime.Modules.Cache;

/// <summary>A compiled module in a cache's folder.</summary>
/// <param name="Digest">SHA-256 of the module's binary form, as 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Size of its file in bytes.</param>
/// <param name="LastUsed">When it was last written or loaded.</param>
/// <param name="IsUsable">Whether it was compiled for an engine with the settings of this one, by this version of Wasmtime.</param>
public sealed record CachedModule(string Digest, long Bytes, DateTimeOffset LastUsed, bool IsUsable);
