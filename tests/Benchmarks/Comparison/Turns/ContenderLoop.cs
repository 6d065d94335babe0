using System.Text.Json;

namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>The child's end of <see cref="ContenderProcess"/>: takes turns until its input ends.</summary>
internal static class ContenderLoop
{
    // For timers that came due while the process was stopped.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromMilliseconds(20);

    internal static async Task RunAsync(Func<ITurnTaker> create)
    {
        var input = Console.In;
        var output = Console.Out;
        Console.SetOut(Console.Error);
        await using var taker = create();
        while (await input.ReadLineAsync() is { } line)
        {
            await Task.Delay(s_settleTime);
            Measurement measurement;
            try
            {
                measurement = await taker.TakeAsync(JsonSerializer.Deserialize<Turn>(line)!);
            }
            catch (Exception failure)
            {
                measurement = new Measurement { Failure = $"{failure.GetType().Name}: {failure.Message}" };
            }

            GC.Collect();
            await output.WriteLineAsync(JsonSerializer.Serialize(measurement));
            await output.FlushAsync();
        }
    }
}
