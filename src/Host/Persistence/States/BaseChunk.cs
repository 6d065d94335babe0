namespace WasmActors.Host.Persistence.States;

/// <summary>A part of a checkpoint, as a row.</summary>
/// <param name="Number">Its place, from 0.</param>
/// <param name="IsPacked">Whether the body is compressed.</param>
/// <param name="Body">The bytes of the row.</param>
/// <param name="Sum">The row's checksum.</param>
internal sealed record BaseChunk(int Number, bool IsPacked, byte[] Body, long Sum);
