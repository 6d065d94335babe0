using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Grains;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.ProtoActors;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>The shortest call there is, on few and many stores with few and many callers.</summary>
internal static class CallRow
{
    private const int Most = 1024;
    private static readonly int[] s_numbers = [1, 64, Most];

    internal static Row Define() => new()
    {
        Name = "call",
        Title = "calls of `add`",
        Reference = Peers.Own,
        Metrics = [Metric.Throughput, Metric.CpuPerCall, Metric.Median, Metric.Percentile99, Metric.Longest, Metric.BytesPerCall],
        Contenders =
        [
            new(Peers.Own, "default settings, typed CallAsync<int, int, int>", static () => Turns(new HostField(Guests.Add))),
            new(Peers.Lock, $"a lock for each store, called on the caller's thread; {Peers.Typed}", static () => Turns(new LockField(Engine()))),
            new(Peers.Channel, $"an unbounded channel with a single reader for each store; requests kept by each caller; {Peers.Typed}", static () => Turns(new ChannelField(Engine()))),
            new(Peers.Ask, "an actor for each store that echoes a number; no guest", static () => Turns(new AskField())),
            new(Peers.Proto, Peers.ProtoSetUp, static () => Turns(new ProtoField(Engine()))),
            new(Peers.Orleans, Peers.OrleansSetUp, static () => Turns(new OrleansField(Engine())), ServerGc: true),
        ],
        Quick = Cases(60),
        QuickRounds = 3,
        Full = Cases(300),
        FullRounds = 9,
    };

    private static PeerEngine Engine() => new(Guests.Add, PeerSettings.Default);

    private static CallTurns Turns(IStoreField field) => new(field, Most, Most);

    private static Turn[] Cases(int milliseconds) =>
    [
        .. from stores in s_numbers
           from callers in s_numbers
           select new Turn
           {
               Case = $"{stores} {(stores == 1 ? "store" : "stores")}, {callers} {(callers == 1 ? "caller" : "callers")}",
               Stores = stores,
               Callers = callers,
               Milliseconds = milliseconds,
           },
    ];
}
