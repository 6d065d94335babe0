using WasmActors.Host.Triggers;

namespace WasmActors.Host.Deployments.Watching;

/// <summary>The watched folder as a trigger: files deploy functions.</summary>
internal sealed class FolderTrigger(string folder) : ITrigger
{
    private FolderWatch? _watch;

    public string Name => "watch";

    public Task Completion => _watch!.Completion;

    public void Check() => FolderWatch.Require(folder);

    public Task StartAsync(TriggerContext context, CancellationToken cancellation)
    {
        _watch = FolderWatch.Start(folder, context.Functions, context.Logger);
        return Task.CompletedTask;
    }

    // A deployment under way is cancelled: the next start finds the file again.
    public Task DrainAsync(TimeSpan grace) => DisposeAsync().AsTask();

    public Task AbandonAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _watch?.DisposeAsync() ?? ValueTask.CompletedTask;
}
