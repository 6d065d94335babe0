using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Turns of short calls while other stores run endless guests. A call that was not answered until the guests were stopped
/// counts with the time that it waited.</summary>
internal sealed class FairnessTurns(IEndlessField field, int stores, int callers) : ITurnTaker
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private bool _started;

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        if (!_started)
        {
            _started = true;
            await field.OpenAsync(stores, callers);
            for (int i = 0; i < stores; i++)
            {
                await StoreStart.RunAsync(field, caller: 0, i);
            }
        }

        await field.StartEndlessAsync(turn.Guests).WaitAsync(s_deadline);
        var measurement = await CallLoad.RunAsync(field, turn, field.StopEndless);
        measurement.Values[Metric.GuestsRan.Key] = await field.WaitForEndlessAsync().WaitAsync(s_deadline);
        return measurement;
    }

    public ValueTask DisposeAsync() => field.DisposeAsync();
}
