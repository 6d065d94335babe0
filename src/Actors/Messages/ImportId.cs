using System.Runtime.InteropServices;

namespace WasmActors.Actors.Messages;

/// <summary>Names one use of an import: by which call of its store, and as which of that call's imports.</summary>
/// <param name="Call">Number of the call in its store.</param>
/// <param name="Ordinal">Running number of the import within the call, from 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImportId(long Call, long Ordinal);
