namespace WasmActors.Host.Http.Models;

/// <summary>A stored module.</summary>
/// <param name="Digest">SHA-256 of its binary form, 64 hexadecimal digits.</param>
/// <param name="Bytes">Size of its binary form.</param>
internal sealed record ModuleModel(string Digest, long Bytes);
