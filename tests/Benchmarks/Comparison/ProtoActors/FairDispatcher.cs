using Proto.Mailbox;

namespace WasmActors.Benchmarks.Comparison.ProtoActors;

/// <summary>Lets an actor handle one message and then puts it at the end of the thread pool's line. The default dispatcher puts it
/// in front, into the thread's own queue, where an actor that sends to itself keeps all others out.</summary>
internal sealed class FairDispatcher : IDispatcher
{
    public int Throughput => 1;

    public void Schedule(Func<Task> runner) =>
        _ = Task.Factory.StartNew(runner, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
}
