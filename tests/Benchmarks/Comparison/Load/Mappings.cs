using System.Globalization;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>The process's memory mappings. At the system's limit the runtime itself dies, so work stops before.</summary>
internal static class Mappings
{
    private const string LimitFile = "/proc/sys/vm/max_map_count";

    // Room for what comes up between two looks, and for the runtime's own.
    private const int Reserve = 5000;

    private static readonly int s_limit = File.Exists(LimitFile)
        ? int.Parse(File.ReadAllText(LimitFile), CultureInfo.InvariantCulture)
        : int.MaxValue;

    /// <summary>Whether the limit is near; never where the system does not tell.</summary>
    internal static bool AreScarce => s_limit != int.MaxValue && File.ReadLines("/proc/self/maps").Count() > s_limit - Reserve;

    /// <summary>For the report.</summary>
    internal static string Scarce => $"stopped short of the system's {s_limit:N0} memory mappings";
}
