using System.Diagnostics;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>How long a contender is busy before it is measured: the runtime compiles hot code for good only after a while. Counted
/// in the process's own time, because on a busy machine little may be done in a second.</summary>
/// <param name="Cpu">Processor time after which it ends.</param>
/// <param name="Most">Time after which it ends all the same.</param>
internal sealed record WarmUp(TimeSpan Cpu, TimeSpan Most)
{
    internal static WarmUp Quick { get; } = new(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(4));

    internal static WarmUp Full { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));

    /// <summary>For guests that compute: .NET has next to nothing to do then.</summary>
    internal static WarmUp Once { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Does something at least once, and again and again until the process has worked enough.</summary>
    /// <param name="work">What is done.</param>
    /// <param name="cpu">The process's time so far.</param>
    internal async Task RunAsync(Func<Task> work, Func<TimeSpan> cpu)
    {
        long begin = Stopwatch.GetTimestamp();
        var before = cpu();
        do
        {
            await work();
        }
        while (cpu() - before < Cpu && Stopwatch.GetElapsedTime(begin) < Most);
    }
}
