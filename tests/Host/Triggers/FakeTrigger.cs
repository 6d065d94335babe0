using System.Collections.Concurrent;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Tests.Triggers;

/// <summary>A trigger that does nothing but write down what it was asked to do.</summary>
internal sealed class FakeTrigger(string name, ConcurrentQueue<string> journal) : ITrigger
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    public IReadOnlyList<string> Announcements => [$"{name} is there"];

    public Task Completion => _completion.Task;

    /// <summary>What makes the start fail; null for nothing.</summary>
    public Exception? StartFailure { get; init; }

    /// <summary>Runs while the trigger drains.</summary>
    public Func<Task> Draining { get; init; } = static () => Task.CompletedTask;

    public Task StartAsync(TriggerContext context, CancellationToken cancellation)
    {
        journal.Enqueue($"{name} starts");
        return StartFailure is null ? Task.CompletedTask : Task.FromException(StartFailure);
    }

    public async Task DrainAsync(TimeSpan grace)
    {
        journal.Enqueue($"{name} drains for {grace.TotalSeconds} s");
        await Draining();
    }

    public Task AbandonAsync()
    {
        journal.Enqueue($"{name} is abandoned");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        journal.Enqueue($"{name} is disposed");
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends its work with a failure.</summary>
    public void Fail() => _completion.SetException(new InvalidOperationException("broken"));
}
