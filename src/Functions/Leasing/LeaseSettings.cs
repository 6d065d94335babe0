using Akka.Configuration;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Leasing;

/// <summary>The settings of <see cref="KeyLease"/>, from <c>wasmactors.key-lease</c> and those of Akka's cluster.</summary>
/// <param name="Length">How long a confirmation holds; null for a lease that never ends.</param>
/// <param name="LowestDecides">Whether of two halves of the cluster the one with the lowest address goes on.</param>
internal sealed record LeaseSettings(TimeSpan? Length, bool LowestDecides)
{
    private const string Resolver = "akka.cluster.split-brain-resolver";
    private const string Own = "wasmactors.key-lease.length";

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
