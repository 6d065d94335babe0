using System.Runtime.InteropServices;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Modules;

namespace WasmActors.Functions.Sessions;

/// <summary>Whether the next call of a session is likely to be short enough for its caller's own thread.</summary>
/// <remarks>A call there ends for its caller no sooner than its first time slice does, and what a guest does within one
/// instruction or host function nothing interrupts: not its deadline either. So it is left to functions whose imports
/// do not wait, and to stores whose last calls were short.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct CallPace
{
    private const int CallsToProve = 16;
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(5);

    private readonly bool _mayWait;
    private int _toProve = 1;

    /// <param name="spec">The function.</param>
    /// <param name="module">Its module.</param>
    internal CallPace(FunctionSpec spec, WasmModule module)
        : this(spec.Grants.Folders.Length > 0 || module.Imports.Any(static i => i.Module != FunctionSession.WasiModule)) // WASI's own sleep gives its thread back
    {
    }

    /// <param name="mayWait">Whether a host function may hold the thread.</param>
    internal CallPace(bool mayWait) => _mayWait = mayWait;

    /// <summary>Whether it is.</summary>
    internal readonly bool IsShort => !_mayWait && _toProve == 0;

    /// <summary>A call took so long.</summary>
    internal void Took(TimeSpan time) => _toProve = time > s_short ? CallsToProve : Math.Max(0, _toProve - 1);
}
