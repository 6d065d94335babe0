using System.Diagnostics;
using System.Text.Json;

namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>The child's end of <see cref="ContenderProcess"/>: takes turns until its input ends.</summary>
internal static class ContenderLoop
{
    /// <summary>Key of the part of a core that the process took while others had their turns.</summary>
    internal const string IdleKey = "idle";

    internal static async Task RunAsync(Func<ITurnTaker> create)
    {
        var input = Console.In;
        var output = Console.Out;
        Console.SetOut(Console.Error);
        await using var taker = create();
        var idleSince = (Time: Stopwatch.GetTimestamp(), Cpu: Environment.CpuUsage.TotalTime);
        bool first = true;
        while (await input.ReadLineAsync() is { } line)
        {
            double idle = (Environment.CpuUsage.TotalTime - idleSince.Cpu) / Stopwatch.GetElapsedTime(idleSince.Time);
            Measurement measurement;
            try
            {
                measurement = await taker.TakeAsync(JsonSerializer.Deserialize<Turn>(line)!);
                if (!first)
                {
                    measurement.Values[IdleKey] = idle;
                }
            }
            catch (Exception failure)
            {
                measurement = new Measurement { Failure = $"{failure.GetType().Name}: {failure.Message}" };
            }

            first = false;
            GC.Collect();
            await output.WriteLineAsync(JsonSerializer.Serialize(measurement));
            await output.FlushAsync();
            idleSince = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        }
    }
}
