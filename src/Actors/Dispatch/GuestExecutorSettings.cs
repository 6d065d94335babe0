using Akka.Configuration;

namespace WasmActors.Actors.Dispatch;

/// <summary>How stores share the processors: <c>guest-executor</c> of a dispatcher, see config/wasmactors.conf.</summary>
/// <param name="Parallelism">Stores that run at the same time, and as many threads for the background.</param>
/// <param name="ForegroundSlices">Time slices that a call has before it sinks to the background.</param>
/// <param name="Aging">After so long without its turn a paused guest goes before new messages, one each half of that time at most.</param>
/// <param name="Reserve">Of the stores that run at the same time, so many places are kept from tenants whose guests keep on; one is left to them
/// in any case.</param>
internal sealed record GuestExecutorSettings(int Parallelism, int ForegroundSlices, TimeSpan Aging, int Reserve = 1)
{
    internal static GuestExecutorSettings From(Config config)
    {
        int parallelism = config.GetInt("guest-executor.parallelism", 0);
        int slices = config.GetInt("guest-executor.foreground-slices", 2);
        var aging = config.GetTimeSpan("guest-executor.aging", TimeSpan.FromMilliseconds(50));
        int reserve = config.GetInt("guest-executor.reserve", 1);
        Require(parallelism is >= 0 and <= 1024, "parallelism", parallelism, "0 (the number of processors) to 1024");
        Require(slices is >= 0 and <= 1_000_000, "foreground-slices", slices, "0 to 1,000,000");
        Require(aging >= TimeSpan.FromMilliseconds(1) && aging <= TimeSpan.FromMinutes(1), "aging", aging, "1 ms to 1 min");
        Require(reserve is >= 0 and <= 1024, "reserve", reserve, "0 to 1024");
        return new GuestExecutorSettings(parallelism > 0 ? parallelism : Math.Max(2, Environment.ProcessorCount), slices, aging, reserve);
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new ConfigurationException($"guest-executor.{name} is {value}; allowed is {allowed}.");
        }
    }
}
