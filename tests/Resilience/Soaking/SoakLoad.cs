using System.Collections.Concurrent;
using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Resilience.Measuring;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Soaking;

/// <summary>Callers that call any of some stores in all ways there are and check the answers; now and then a store makes place for a fresh one.</summary>
internal sealed class SoakLoad
{
    private const int Slots = 32;
    private const int Callers = 8;
    private const int FreshOneOf = 300;

    private const string Guest = """
        (module
          (import "env" "twice" (func $twice (param i32) (result i32)))
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (import "env" "fail" (func $fail (param i32)))
          (memory (export "memory") 16)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "twice") (param i32) (result i32) (call $twice (local.get 0)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "fail") (param i32) (call $fail (local.get 0)))
          (func (export "touch") (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576)))
          (func (export "trap") unreachable)
          (func (export "spin") (loop $again (br $again))))
        """;

    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    private readonly WasmHost _host;
    private readonly WasmModule _module;
    private readonly bool _stopsStores;
    private readonly InstanceRef[] _instances = new InstanceRef[Slots];
    private readonly ImportMap _imports;
    private long _answers;

    private SoakLoad(WasmHost host, WasmModule module, bool stopsStores)
    {
        _host = host;
        _module = module;
        _stopsStores = stopsStores;
        _imports = new ImportMap(new ImportSet()
                .Define("env", "twice", static (int x) => x * 2)
                .Define("env", "fail", new Action<int>(static _ => throw new InvalidOperationException("on purpose"))))
            .Serve("env", "ask", static async (int x) =>
            {
                await Task.Yield();
                return x + 1;
            });
    }

    internal int Stores => Slots;

    internal long Answers => Interlocked.Read(ref _answers);

    /// <summary>What came back otherwise than it should.</summary>
    internal ConcurrentQueue<string> Wrong { get; } = new();

    internal Latencies Latencies { get; } = new(1 << 22);

    internal static async Task<SoakLoad> CreateAsync(WasmHost host, bool stopsStores)
    {
        var load = new SoakLoad(host, await host.LoadTextAsync(Guest).ConfigureAwait(false), stopsStores);
        for (int slot = 0; slot < Slots; slot++)
        {
            load._instances[slot] = await load.NewAsync().ConfigureAwait(false);
        }

        return load;
    }

    internal InstanceRef Instance(int slot) => Volatile.Read(ref _instances[slot % Slots]);

    /// <summary>Calls until it is cancelled.</summary>
    internal Task RunAsync(CancellationToken end) => Task.WhenAll(Enumerable.Range(0, Callers).Select(number => Task.Run(
        async () =>
        {
            var random = new Random(number);
            while (!end.IsCancellationRequested)
            {
                int slot = random.Next(Slots);
                await CallAsync(Instance(slot), random).ConfigureAwait(false);
                if (random.Next(FreshOneOf) == 0)
                {
                    await RefreshAsync(slot).ConfigureAwait(false);
                }

                await Task.Delay(s_pace, CancellationToken.None).ConfigureAwait(false);
            }
        },
        CancellationToken.None)));

    /// <summary>Puts a fresh store in the place of one.</summary>
    internal async Task RefreshAsync(int slot)
    {
        var fresh = await NewAsync().ConfigureAwait(false);
        var old = Interlocked.Exchange(ref _instances[slot % Slots], fresh);
        if (_stopsStores)
        {
            await old.Store.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether only as many stores as there are places are alive, once what was stopped has gone.</summary>
    internal async Task<bool> SettledAsync()
    {
        var clock = Stopwatch.StartNew();
        while (_host.Engine.LiveStores != Slots && clock.Elapsed < s_settle)
        {
            await Task.Delay(50).ConfigureAwait(false);
        }

        return _host.Engine.LiveStores == Slots;
    }

    /// <summary>Notes an answer that is not as it should be.</summary>
    internal void Require(bool right, string what)
    {
        if (!right)
        {
            Wrong.Enqueue(what);
        }
    }

    private async Task<InstanceRef> NewAsync()
    {
        var store = await _host.CreateStoreAsync().ConfigureAwait(false);
        var instance = await store.InstantiateAsync(_module, _imports).ConfigureAwait(false);
        await instance.GetFunc("touch").CallAsync<Nothing>().ConfigureAwait(false);
        return instance;
    }

    private async Task CallAsync(InstanceRef instance, Random random)
    {
        int x = random.Next(1 << 20);
        string expected = "";
        long start = Stopwatch.GetTimestamp();
        try
        {
            switch (random.Next(1000))
            {
                case < 400:
                    Require(await instance.GetFunc("add").CallAsync<int, int, int>(x, 3).ConfigureAwait(false) == x + 3, "add");
                    break;
                case < 500:
                    Require((await instance.GetFunc("add").CallAsync(x, 3).ConfigureAwait(false)).Value.AsI32() == x + 3, "add, by values");
                    break;
                case < 600:
                    Require(await instance.GetFunc("twice").CallAsync<int, int>(x).ConfigureAwait(false) == 2 * x, "twice");
                    break;
                case < 800:
                    Require(await instance.GetFunc("ask").CallAsync<int, int>(x).ConfigureAwait(false) == x + 1, "ask");
                    break;
                case < 850:
                    var read = await instance.GetMemory().ReadAsync(x % 65536, 16).ConfigureAwait(false);

                    // A store that was replaced has a memory that nobody touched.
                    Require(read.Span.IndexOfAnyExcept(read.Span[0]) < 0 && read.Span[0] <= 1, "memory");
                    break;
                case < 920:
                    expected = "trap.unreachable";
                    await instance.GetFunc("trap").CallAsync<Nothing>().ConfigureAwait(false);
                    Require(false, "trap returned");
                    break;
                case < 990:
                    expected = ErrorCode.HostException;
                    await instance.GetFunc("fail").CallAsync<int, Nothing>(x).ConfigureAwait(false);
                    Require(false, "fail returned");
                    break;
                default:
                    var batch = await instance.GetFunc("add").CallBatchAsync<(int, int), int>(new[] { (x, 1), (x, 2) }).ConfigureAwait(false);
                    Require(batch.Failure is not null || batch.Results.ToArray() is [var first, var second] && first == x + 1 && second == x + 2, "batch");
                    break;
            }
        }
        catch (WasmException failure)
        {
            // Any call may meet a store that somebody stops or that a fault takes.
            Require(failure.Code is ErrorCode.StoreGone or ErrorCode.StoreLost || failure.Code == expected, failure.Code);
        }

        Latencies.AddSince(start);
        Interlocked.Increment(ref _answers);
    }
}
