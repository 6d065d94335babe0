using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>What a call costs that can be paused, and one that asks an import by message, as multiples of a bare <c>Ask</c>, in turn.</summary>
internal static class CostLoad
{
    private static readonly FuncType s_ask = new([ValType.I32, ValType.I32], [ValType.I32]);

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        int rounds = options.Quick ? 5 : 15;
        int calls = options.Quick ? 10_000 : 30_000;
        await using var host = await options.StartHostAsync(onThreads: false).ConfigureAwait(false);
        await using var threads = await options.StartHostAsync(onThreads: true).ConfigureAwait(false);
        var echo = host.System.ActorOf(Props.Create(static () => new Echo()));
        object question = new();
        var direct = (await NewAsync(host, ExecutionMode.Direct).ConfigureAwait(false)).GetFunc("add");
        var preemptive = (await NewAsync(host, ExecutionMode.Preemptive).ConfigureAwait(false)).GetFunc("add");
        var served = await AskingAsync(host).ConfigureAwait(false);
        var onThread = await AskingAsync(threads).ConfigureAwait(false);
        var delegated = await AskingAsync(host, byDelegate: true).ConfigureAwait(false);

        (string Name, int Share, Func<int, Task> Run)[] works =
        [
            ("bare Ask of an echo actor", 1, async n =>
            {
                for (int i = 0; i < n; i++)
                {
                    await echo.Ask<object>(question).ConfigureAwait(false);
                }
            }),
            ("typed call, direct", 1, n => AddAsync(direct, n)),
            ("typed call, preemptive", 1, n => AddAsync(preemptive, n)),
            ("call with one import served by an actor", 1, n => OnceAsync(served, n)),
            ("call with one import served by a delegate", 1, n => OnceAsync(delegated, n)),
            ("the same by an actor, a thread per guest", 10, n => OnceAsync(onThread, n)),
        ];
        var times = works.Select(static _ => new List<double>()).ToArray();
        for (int round = -2; round < rounds; round++)
        {
            for (int w = 0; w < works.Length; w++)
            {
                int n = calls / works[w].Share;
                long start = Stopwatch.GetTimestamp();
                await works[w].Run(n).ConfigureAwait(false);
                if (round >= 0)
                {
                    times[w].Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / n);
                }
            }
        }

        double[] medians = [.. times.Select(static t => t.Order().ElementAt(t.Count / 2))];
        double[] ratios = [.. times.Select(t => t.Zip(times[0], static (own, ask) => own / ask).Order().ElementAt(t.Count / 2))];
        for (int w = 0; w < works.Length; w++)
        {
            Console.WriteLine($"   {works[w].Name,-58} {medians[w],12:n0} ns   {ratios[w]:f2} of an Ask (least {times[w].Zip(times[0], static (own, ask) => own / ask).Min():f2}, most {times[w].Zip(times[0], static (own, ask) => own / ask).Max():f2})");
        }

        PauseOptions.Tell("preemptive call without imports", $"{ratios[2]:f2} of an Ask", "at most 0.6", ratios[2] <= 0.6);
        PauseOptions.Tell("call with one served import", $"{ratios[3]:f2} of an Ask", "at most 2.0", ratios[3] <= 2.0);
        Console.WriteLine($"   against a thread per guest: {ratios[5] / ratios[3]:f1} times cheaper");
        return true;
    }

    private static async Task AddAsync(FuncRef add, int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (await add.CallAsync<int, int, int>(i, 1).ConfigureAwait(false) != i + 1)
            {
                throw new InvalidOperationException("A call came back wrong.");
            }
        }
    }

    private static async Task OnceAsync(FuncRef once, int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (await once.CallAsync<int, int>(i).ConfigureAwait(false) != i + 1)
            {
                throw new InvalidOperationException("A call came back wrong.");
            }
        }
    }

    private static async Task<InstanceRef> NewAsync(WasmHost host, ExecutionMode mode)
    {
        var store = await host.CreateStoreAsync(new StoreSpec { Options = new StoreOptions { Mode = mode } }).ConfigureAwait(false);
        return await store.InstantiateAsync(await host.LoadTextAsync(PauseGuests.Add).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<FuncRef> AskingAsync(WasmHost host, bool byDelegate = false)
    {
        var set = new ImportSet().Define("env", "inline", static (int x) => x);
        var imports = byDelegate
            ? new ImportMap(set).Serve("env", "ask", static (int a, int b) => ValueTask.FromResult(a + b))
            : new ImportMap(set).Serve("env", "ask", s_ask, host.System.ActorOf(Props.Create(static () => new Adder())));
        var store = await host.CreateStoreAsync().ConfigureAwait(false);
        return (await store.InstantiateAsync(await host.LoadTextAsync(PauseGuests.Asking).ConfigureAwait(false), imports).ConfigureAwait(false)).GetFunc("once");
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Adder : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                Sender.Tell(new ImportReturned(call.Id, new[] { Val.I32(call.Arguments[0].AsI32() + call.Arguments[1].AsI32()) }));
            }
        }
    }
}
