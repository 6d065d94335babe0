using System.Globalization;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using Xunit.Abstractions;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>
/// 64 stores called by 64 tasks, for 30 s or as many as WASMACTORS_SOAK_SECONDS says, with traps, exceptions, cancelled calls
/// and stores stopped and made anew in between, and collections forced meanwhile.
/// </summary>
[Collection(Alone.Name)]
public class SoakTests(ITestOutputHelper output)
{
    private const int Stores = 64;
    private const int Tasks = 64;
    private const double MostGrowth = 0.05;

    [SkippableFact]
    public async Task Sixty_four_stores_called_by_sixty_four_tasks_answer_every_call_rightly_and_do_not_grow()
    {
        Skip.IfNot(ResidentSize.IsKnown, "The resident size is read from /proc/self/status, which is missing here.");
        var duration = Duration();
        var tally = new SoakTally();
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        var slots = await StoreSlots.CreateAsync(host, Stores, tally);
        using var end = new CancellationTokenSource();

        var collecting = CollectAsync(end.Token);
        var tasks = Enumerable.Range(0, Tasks).Select(i => Task.Run(() => new SoakTask(i, slots, tally).RunAsync(end.Token))).ToArray();
        var samples = await ResidentSize.SampleAsync(duration, () => tasks.Any(t => t.IsCompleted));
        await end.CancelAsync();
        await Expect.SoonAsync(Task.WhenAll(tasks));
        await collecting;

        output.WriteLine($"{duration.TotalSeconds:f0} s: {tally}");
        Assert.Equal(tally.Sent, tally.Answered);
        Assert.True(tally.HasEveryOutcome, $"Some outcome never came: {tally}");
        await Expect.ConditionAsync(() => host.Engine.LiveStores == slots.Alive, "every store that has gone gave its memory back");
        var marks = ResidentSize.Marks(samples, duration);
        output.WriteLine($"resident MiB at the marks: {string.Join(", ", marks.Select(m => (m / 1048576d).ToString("f1", CultureInfo.InvariantCulture)))}");
        Assert.All(marks, mark => Assert.True(mark <= marks[0] * (1 + MostGrowth), $"The resident size grew from {marks[0]} to {mark} bytes."));
    }

    private static TimeSpan Duration() => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("WASMACTORS_SOAK_SECONDS"), CultureInfo.InvariantCulture, out int seconds) ? Math.Max(6, seconds) : 30);

    private static async Task CollectAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(250), CancellationToken.None);
        }
    }
}
