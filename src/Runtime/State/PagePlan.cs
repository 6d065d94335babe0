using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.State;

/// <summary>How changed pages are found.</summary>
/// <param name="Search">How the pages are found that are there.</param>
/// <param name="WatchFrom">A memory that has more pages is watched, so that only written pages are read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PagePlan(PageSearch Search, long WatchFrom)
{
    // Watching costs a fault for each page that a call writes first.
    private const long UsualWatchFrom = 64;

    /// <summary>Returns the best plan for the memories of an engine.</summary>
    public static PagePlan For(WasmEngine engine) =>
        new(ResidentPages.Best, HasImages(engine.Settings) ? long.MaxValue : UsualWatchFrom);

    /// <summary>Whether memories begin as images of a file: then they hold bytes in pages that nobody has
    /// touched.</summary>
    public static bool HasImages(EngineSettings settings) =>
        settings.MemoryImages || settings.Allocation != AllocationStrategy.OnDemand;
}
