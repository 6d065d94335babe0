using WasmActors.Runtime.Imports;

namespace WasmActors.Runtime.Wasi;

/// <summary>A guest that waits in <c>poll_oneoff</c> for the first of its clocks.</summary>
/// <param name="clock">The clock that it waits by.</param>
/// <param name="due">Timestamp at which it goes on; in the past for a guest that need not wait.</param>
/// <param name="end">Tells the guest what is due at a timestamp, and gives the function's result.</param>
internal sealed class WasiSleep(WasiClock clock, long due, Func<WasmCaller, long, int> end)
{
    internal long Due => due;

    internal bool IsOver => clock.Now >= due;

    internal int End(WasmCaller caller) => end(caller, clock.Now);
}
