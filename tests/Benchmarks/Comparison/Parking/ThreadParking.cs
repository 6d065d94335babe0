using System.Diagnostics;
using Wasmtime;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Parking;

/// <summary>Many guests that wait in an import at the same time, each on a blocked thread of its own.</summary>
internal sealed class ThreadParking : ITurnTaker
{
    private const int BetweenLooks = 100;
    private const int StackBytes = 256 * 1024;
    private const int WasmStackBytes = 64 * 1024;
    private static readonly TimeSpan s_waitTime = TimeSpan.FromSeconds(60);

    private readonly Engine _engine = new(new Config().WithMaximumStackSize(WasmStackBytes));
    private readonly Module _module;
    private readonly Linker _linker;
    private readonly ManualResetEventSlim _release = new();
    private int _parked;
    private int _done;
    private Exception? _failure;

    internal ThreadParking()
    {
        _module = Module.FromText(_engine, "guest", Guests.AddByImport);
        _linker = new Linker(_engine);
        _linker.DefineFunction<int, int, int>("env", "add", Park);
    }

    // Everything is waited for with a deadline, on this thread: there is nothing else to do in the process.
    public Task<Measurement> TakeAsync(Turn turn)
    {
        GC.Collect();
        long memory = Environment.WorkingSet;
        var threads = new List<Thread>(turn.Bound);
        string? stop = null;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < turn.Bound && stop is null && Volatile.Read(ref _failure) is null; i++)
        {
            try
            {
                int number = i;
                var thread = new Thread(() => Run(number), StackBytes) { IsBackground = true };
                thread.Start();
                threads.Add(thread);
            }
            catch (Exception refused) when (refused is OutOfMemoryException or ThreadStartException)
            {
                stop = $"no more threads to be had: {refused.Message}";
            }

            if (i % BetweenLooks == 0)
            {
                Await(() => Volatile.Read(ref _parked) >= threads.Count);
                stop ??= Mappings.AreScarce ? Mappings.Scarce : null;
            }
        }

        Await(() => Volatile.Read(ref _parked) >= threads.Count);
        var parked = Stopwatch.GetElapsedTime(begin);
        memory = Environment.WorkingSet - memory;
        begin = Stopwatch.GetTimestamp();
        _release.Set();
        Await(() => Volatile.Read(ref _done) == threads.Count);
        var released = Stopwatch.GetElapsedTime(begin);
        var measurement = new Measurement
        {
            Values =
            {
                [Metric.Reached.Key] = threads.Count,
                [Metric.TimeEach.Key] = parked.TotalNanoseconds / threads.Count,
                [Metric.MemoryEach.Key] = (double)memory / threads.Count,
                [Metric.Release.Key] = released.TotalNanoseconds,
            },
            Remark = stop is null ? null : $"{threads.Count:N0} guests: {stop}",
        };
        if (stop is null)
        {
            measurement.Values[Metric.TimeToAll.Key] = parked.TotalNanoseconds;
        }

        return Task.FromResult(measurement);
    }

    // What many threads leave behind goes with the process, which has this one turn.
    public ValueTask DisposeAsync()
    {
        Environment.Exit(0);
        return ValueTask.CompletedTask;
    }

    private int Park(int a, int b)
    {
        Interlocked.Increment(ref _parked);
        return _release.Wait(s_waitTime) ? a + b : throw new TimeoutException("The guests were never released.");
    }

    private void Run(int number)
    {
        try
        {
            using var store = new Store(_engine);
            int result = _linker.Instantiate(store, _module).GetFunction<int, int, int>("add")!(number, 1);
            if (result != number + 1)
            {
                throw new InvalidOperationException($"add({number}, 1) gave {result}.");
            }

            Interlocked.Increment(ref _done);
        }
        catch (Exception failure)
        {
            Volatile.Write(ref _failure, failure);
        }
    }

    private void Await(Func<bool> condition)
    {
        if (!SpinWait.SpinUntil(() => condition() || Volatile.Read(ref _failure) is not null, s_waitTime))
        {
            throw new TimeoutException("The guests did not get on.");
        }

        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new InvalidOperationException(failure.Message, failure);
        }
    }
}
