using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Turns of calls: all stores are started before the first of them.</summary>
internal sealed class CallTurns(IStoreField field, int stores, int callers) : ITurnTaker
{
    private bool _started;

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        if (!_started)
        {
            _started = true;
            await field.OpenAsync(stores, callers);
            for (int i = 0; i < stores; i++)
            {
                await field.StartAsync(i);
                await StoreStart.FirstCallAsync(field, 0, i);
            }
        }

        return await CallLoad.RunAsync(field, turn);
    }

    public ValueTask DisposeAsync() => field.DisposeAsync();
}
