using System.Runtime.InteropServices;

namespace WasmActors.Actors.Admission;

/// <summary>Memory at one moment.</summary>
/// <param name="Available">Bytes that could be had without taking any from others.</param>
/// <param name="Limit">Bytes that there are: of the machine, or of the control group that is the narrowest.</param>
/// <param name="Resident">Bytes of this process's own that are in memory, without those of files; 0 where the system does not report them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MemoryReading(long Available, long Limit, long Resident = 0);
