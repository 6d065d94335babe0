namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>Names of the contenders, and how the peers are set up in every row.</summary>
internal static class Peers
{
    internal const string Own = "WasmActors";
    internal const string Lock = "Wasmtime, lock";
    internal const string Channel = "Wasmtime, channel";
    internal const string Ask = "Akka Ask, no guest";
    internal const string Proto = "Proto.Actor";
    internal const string Orleans = "Orleans";
    internal const string Threads = "blocked threads";

    internal const string Typed = "Wasmtime's .NET package, GetFunction<int, int, int>, one engine, module and linker for all stores";
    internal const string ProtoSetUp = "Props.FromProducer, default (unbounded) mailbox and dispatcher; RequestAsync with a message kept by each caller and CancellationTokens.FromSeconds; the actor owns its store";
    internal const string OrleansSetUp = "one silo in the process, localhost clustering, no persistence; ValueTask grain method with value arguments, called by the silo's own IGrainFactory; PreferLocalPlacement; the grain owns its store; server garbage collector, as its documentation advises";
}
