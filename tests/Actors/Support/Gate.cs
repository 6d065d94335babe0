namespace WasmActors.Actors.Tests.Support;

/// <summary>A host function that tells when it is entered, and stays inside until it is let go.</summary>
internal sealed class Gate : IDisposable
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _open = new();

    internal Task Entered => Expect.SoonAsync(_entered.Task);

    public void Dispose()
    {
        Open();
    }

    internal void Open() => _open.Set();

    /// <summary>The host function.</summary>
    internal int Pass(int value)
    {
        _entered.TrySetResult();
        Assert.True(_open.Wait(TimeSpan.FromSeconds(60)), "The gate was never opened.");
        return value;
    }
}
