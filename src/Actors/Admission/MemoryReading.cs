using System.Runtime.InteropServices;

namespace WasmActors.Actors.Admission;

/// <summary>Memory at one moment.</summary>
/// <param name="Available">Bytes that could be had without taking any from others.</param>
/// <param name="Limit">Bytes that there are: of the machine, or of the control group that is the narrowest.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MemoryReading(long Available, long Limit);
