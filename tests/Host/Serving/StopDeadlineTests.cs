using Serilog.Core;
using WasmActors.Host.Cli.Serving;

namespace WasmActors.Host.Tests.Serving;

public class StopDeadlineTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_stop_that_takes_too_long_ends_the_process_with_the_code_of_a_node_that_failed()
    {
        using var deadline = new StopDeadline(TimeSpan.FromMilliseconds(50), _exited.SetResult, _killed.SetResult);

        deadline.Begin(Logger.None);
        deadline.Begin(Logger.None);

        Assert.Equal(72, await _exited.Task.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_process_that_does_not_exit_is_killed()
    {
        using var held = new ManualResetEventSlim();
        using var deadline = new StopDeadline(TimeSpan.FromMilliseconds(50), _ => held.Wait(s_patience), _killed.SetResult);

        deadline.Begin(Logger.None);

        await _killed.Task.WaitAsync(s_patience);
        held.Set();
    }

    [Fact]
    public void A_stop_that_is_done_in_time_ends_nothing()
    {
        var deadline = new StopDeadline(s_patience, _exited.SetResult, _killed.SetResult);
        deadline.Begin(Logger.None);

        deadline.Dispose();

        Assert.False(_exited.Task.IsCompleted || _killed.Task.IsCompleted);
    }
}
