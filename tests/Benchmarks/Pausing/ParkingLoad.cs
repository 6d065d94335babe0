using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>Many calls that wait at the same time for an import that answers after some seconds.</summary>
internal static class ParkingLoad
{
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(5);

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        int count = options.Quick || options.OnThreads ? 1000 : 10_000;
        await using var host = await options.StartHostAsync().ConfigureAwait(false);
        var add = (await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(await host.LoadTextAsync(PauseGuests.Add).ConfigureAwait(false)).ConfigureAwait(false)).GetFunc("add");
        var server = host.System.ActorOf(Props.Create(static () => new SlowServer(s_answer)));
        var imports = new ImportMap(new Runtime.Imports.ImportSet().Define("env", "inline", static (int x) => x))
            .Serve("env", "ask", new FuncType([ValType.I32, ValType.I32], [ValType.I32]), server, TimeSpan.FromSeconds(60));
        var module = await host.LoadTextAsync(PauseGuests.Asking).ConfigureAwait(false);
        var once = new FuncRef[count];
        for (int i = 0; i < count; i++)
        {
            once[i] = (await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(module, imports).ConfigureAwait(false)).GetFunc("once");
        }

        // Once beforehand, so that what the stores, their actors and the pools need themselves is there.
        await CallAllAsync(once[..Math.Min(100, count)]).ConfigureAwait(false);
        await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        var alone = await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(2)).ConfigureAwait(false);

        long resident = ResidentBytes();
        int threads = Process.GetCurrentProcess().Threads.Count;
        long start = Stopwatch.GetTimestamp();
        var calls = once.Select((f, i) => f.CallAsync<int, int>(i).AsTask()).ToArray();
        double sent = Stopwatch.GetElapsedTime(start).TotalSeconds;
        bool right = await ParkedAsync(server, count).ConfigureAwait(false);
        double parkedAfter = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int threadsNow = Process.GetCurrentProcess().Threads.Count;
        long each = (ResidentBytes() - resident) / count;
        var meanwhile = await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(1.5)).ConfigureAwait(false);

        int[] answers = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60)).ConfigureAwait(false);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        right &= answers.Select(static (a, i) => a == i + 1).All(static same => same);

        Console.WriteLine($"   {count} calls sent in {sent:f2} s, all parked after {parkedAfter:f2} s");
        PauseOptions.Tell("resident memory of a parked call", $"{each / 1024.0:f1} KB", "at most 10 KB", each <= 10 * 1024);
        PauseOptions.Tell("threads while parked (before)", $"{threadsNow} ({threads})", "none per call", threadsNow - threads < 32);
        double late = took - parkedAfter - s_answer.TotalSeconds;
        PauseOptions.Tell("all answered after the earliest possible moment", $"{Math.Max(0, late):f2} s", "within 1 s", late <= 1);
        PauseOptions.Tell("short calls meanwhile against before", $"{meanwhile.PerSecond / alone.PerSecond:f2}", "at least 0.8", meanwhile.PerSecond >= 0.8 * alone.PerSecond);
        if (!right)
        {
            Console.WriteLine("   WRONG: an answer was missing or not its own");
        }

        return right;
    }

    private static async Task CallAllAsync(FuncRef[] functions)
    {
        int[] answers = await Task.WhenAll(functions.Select(static (f, i) => f.CallAsync<int, int>(i).AsTask())).ConfigureAwait(false);
        if (!answers.SequenceEqual(Enumerable.Range(1, functions.Length)))
        {
            throw new InvalidOperationException("A call came back wrong.");
        }
    }

    private static async Task<bool> ParkedAsync(IActorRef server, int count)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4))
        {
            if (await server.Ask<int>(SlowServer.HowMany, TimeSpan.FromSeconds(5)).ConfigureAwait(false) == count)
            {
                return true;
            }

            await Task.Delay(5).ConfigureAwait(false);
        }

        return false;
    }

    private static long ResidentBytes()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Answers each import after a time.</summary>
    private sealed class SlowServer : UntypedActor, IWithTimers
    {
        internal static readonly object HowMany = new();
        private static readonly object s_tick = new();

        private readonly TimeSpan _after;
        private readonly Queue<(long Due, IActorRef Store, ImportId Id, int Sum)> _waiting = new();

        public SlowServer(TimeSpan after) => _after = after;

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer(s_tick, s_tick, TimeSpan.FromMilliseconds(20));

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ImportCall call:
                    _waiting.Enqueue((Stopwatch.GetTimestamp() + (long)(_after.TotalSeconds * Stopwatch.Frequency), Sender, call.Id, call.Arguments[0].AsI32() + call.Arguments[1].AsI32()));
                    break;
                case var _ when ReferenceEquals(message, HowMany):
                    Sender.Tell(_waiting.Count);
                    break;
                default:
                    while (_waiting.TryPeek(out var first) && first.Due <= Stopwatch.GetTimestamp())
                    {
                        _waiting.Dequeue();
                        first.Store.Tell(new ImportReturned(first.Id, new[] { Val.I32(first.Sum) }));
                    }

                    break;
            }
        }
    }
}
