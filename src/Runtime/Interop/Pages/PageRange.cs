using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Pages;

/// <summary>Pages of a memory, in units of <see cref="MemoryView.PageBytes"/>.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PageRange(long First, long End);
