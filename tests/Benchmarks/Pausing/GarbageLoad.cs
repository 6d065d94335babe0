using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>
/// Guests that are paused while the host's heap is collected without pause: 200 stores, imports served by message, host functions
/// that allocate, recurse and throw on the guests' stacks. One wrong result, and the process ends with status 1.
/// </summary>
internal static class GarbageLoad
{
    private const int Stores = 200;
    private const int Asks = 20;
    private static readonly Lock s_collecting = new();
    private static object? s_sink;

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        var length = options.Length(600, 30);
        Console.WriteLine($"   {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} collector (DOTNET_gcServer), {length.TotalSeconds:f0} s");
        await using var host = await options.StartHostAsync().ConfigureAwait(false);
        var server = host.System.ActorOf(Props.Create(static () => new Server()).WithRouter(new Akka.Routing.RoundRobinPool(2)));
        long thrown = 0;
        var set = new ImportSet().Define("env", "inline", (WasmCaller caller, int x) =>
        {
            GC.KeepAlive(caller.Data);
            int sum = 0;
            Deep(10, ref sum);
            try
            {
                Throw(5);
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref thrown);
            }

            try
            {
                object? nothing = x < 0 ? "" : null;
                GC.KeepAlive(nothing!.ToString());
            }
            catch (NullReferenceException)
            {
                Interlocked.Increment(ref thrown);
            }

            if (x % 50 == 0)
            {
                s_sink = Environment.StackTrace;
            }

            return x >= Asks ? throw new InvalidOperationException("on purpose") : x;
        });
        var imports = new ImportMap(set).Serve("env", "ask", new FuncType([ValType.I32, ValType.I32], [ValType.I32]), server);
        var module = await host.LoadTextAsync(PauseGuests.Asking).ConfigureAwait(false);
        var loops = new FuncRef[Stores];
        for (int i = 0; i < Stores; i++)
        {
            loops[i] = (await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(module, imports).ConfigureAwait(false)).GetFunc("loop");
        }

        using var end = new CancellationTokenSource(length);
        var collectors = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() => Collect(end.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        long calls = 0;
        long failures = 0;
        long late = 0;
        bool right = true;
        var callers = loops.Select(loop => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested && Volatile.Read(ref right))
            {
                if (Interlocked.Increment(ref calls) % 10 == 0)
                {
                    try
                    {
                        await loop.CallAsync<int, int>(Asks + 5).ConfigureAwait(false); // the host function throws
                        right = false;
                    }
                    catch (WasmException failure) when (failure.Code is ErrorCode.HostException or ErrorCode.DeadlineExceeded or ErrorCode.ImportDeadlineExceeded)
                    {
                        Interlocked.Increment(ref failure.Code == ErrorCode.HostException ? ref failures : ref late);
                    }
                }
                else
                {
                    try
                    {
                        right &= await loop.CallAsync<int, int>(Asks).ConfigureAwait(false) == Asks * (Asks - 1) / 2;
                    }
                    catch (WasmException failure) when (failure.Code is ErrorCode.DeadlineExceeded or ErrorCode.ImportDeadlineExceeded)
                    {
                        Interlocked.Increment(ref late); // told below: no wrong result, but worth knowing
                    }
                }
            }
        })).ToArray();
        await Task.WhenAll(callers).ConfigureAwait(false);
        await Task.WhenAll(collectors).ConfigureAwait(false);
        Console.WriteLine($"   {calls:n0} calls, {calls * Asks:n0} served imports and as many inline ones, {failures:n0} host exceptions through the guest, {thrown:n0} caught on guests' stacks, {late} calls not answered within their deadline");
        PauseOptions.Tell(
            $"collections of generation 0/1/2: {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}",
            right ? "all right" : "A WRONG RESULT",
            "no wrong result, no crash",
            right);
        GC.KeepAlive(s_sink);
        return right;
    }

    private static int Deep(int depth, ref int sum)
    {
        var node = new byte[depth + 1];
        Span<int> slots = stackalloc int[8];
        slots[depth & 7] = depth;
        if (depth > 0)
        {
            sum += Deep(depth - 1, ref slots[depth & 7]);
        }

        GC.KeepAlive(node);
        return sum + node.Length + slots[depth & 7];
    }

    private static void Throw(int depth)
    {
        if (depth == 0)
        {
            throw new InvalidOperationException("caught");
        }

        Throw(depth - 1);
        GC.KeepAlive(s_sink);
    }

    private static void Collect(CancellationToken end)
    {
        var random = new Random(1);
        var nodes = new object?[1000];
        while (!end.IsCancellationRequested)
        {
            for (int i = 0; i < 2000; i++)
            {
                nodes[random.Next(1000)] = new byte[random.Next(2000)];
            }

            if (random.Next(3) == 0)
            {
                // By one thread at a time, and none in the background: a collection that is forced while one runs in the background is begun
                // again and again until that ends, which it keeps from ending; some .NET programs of a few lines stand still for minutes so.
                lock (s_collecting)
                {
                    GC.Collect(random.Next(3), GCCollectionMode.Forced, blocking: true, compacting: random.Next(4) == 0);
                }
            }
        }
    }

    private sealed class Server : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                Sender.Tell(call.Returned(call.Arguments[0].AsI32() + call.Arguments[1].AsI32()));
            }
        }
    }
}
