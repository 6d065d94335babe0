namespace WasmActors.Actors.Functions;

/// <summary>A module that is kept for all nodes.</summary>
/// <param name="Digest">SHA-256 of its binary form, as 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length of its binary form.</param>
public sealed record StoredModule(string Digest, long Bytes);
