using Akka.Configuration;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Leasing;

/// <summary>The settings of <see cref="KeyLease"/>, from <c>wasmactors.key-lease</c> and those of Akka's cluster.</summary>
/// <param name="Length">How long a confirmation holds; null for a lease that never ends.</param>
/// <param name="LowestDecides">Whether of two halves of the cluster the one with the lowest address goes on.</param>
internal sealed record LeaseSettings(TimeSpan? Length, bool LowestDecides)
{
    private const string Resolver = "akka.cluster.split-brain-resolver";
    private const string Own = "wasmactors.key-lease.length";
    private const string Detector = "akka.cluster.failure-detector";

    /// <summary>Returns what is dangerous about how soon the resolver decides; null for nothing.</summary>
    /// <remarks>
    /// A node that was paused finds the others dead up to the detector's time apart. If it decides in between, it is one of a majority both times, of three
    /// and then of the two that are left, and runs on alone beside the cluster that removed it.
    /// </remarks>
    internal static string? Hazard(Config config)
    {
        var stableAfter = config.GetTimeSpan($"{Resolver}.stable-after", TimeSpan.FromSeconds(20));
        var detects = config.GetTimeSpan($"{Detector}.heartbeat-interval", TimeSpan.FromSeconds(1))
            + config.GetTimeSpan($"{Detector}.acceptable-heartbeat-pause", TimeSpan.FromSeconds(3))
            + config.GetTimeSpan("akka.cluster.unreachable-nodes-reaper-interval", TimeSpan.FromSeconds(1));
        return stableAfter > detects
            ? null
            : $"{Resolver}.stable-after is {stableAfter.TotalSeconds:0.###} s, and the failure detector takes {detects.TotalSeconds:0.###} s to find a node dead. A node that was paused may run on as a cluster of its own. Make stable-after longer";
    }

    /// <exception cref="WasmError"><c>engine.bad_settings</c>: the length is none, or longer than other nodes wait.</exception>
    internal static LeaseSettings Of(Config config)
    {
        var stableAfter = config.GetTimeSpan($"{Resolver}.stable-after", TimeSpan.FromSeconds(20));
        bool lowest = config.GetString($"{Resolver}.active-strategy", "") == "keep-majority" && config.GetString($"{Resolver}.keep-majority.role", "").Length == 0
            && config.GetString("akka.cluster.downing-provider-class", "").Contains("SplitBrainResolver", StringComparison.Ordinal);
        return config.GetString(Own, "auto") switch
        {
            "auto" => new LeaseSettings(stableAfter, lowest),
            "off" or "false" => new LeaseSettings(null, lowest),
            var text => config.GetTimeSpan(Own, null) is var length && length > TimeSpan.Zero && length <= stableAfter
                ? new LeaseSettings(length, lowest)
                : throw new WasmError(ErrorCode.BadSettings, $"{Own} is '{GuestText.Clean(text, GuestText.NameLimit)}'; allowed is auto, off, or a time up to {Resolver}.stable-after ({stableAfter.TotalSeconds:0.###} s)."),
        };
    }
}
