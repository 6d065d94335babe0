using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>Idle stores that are asked for memory, and calls that wait until it was returned.</summary>
public sealed class IdleMemoryTests
{
    private readonly IdleMemory _idle = new();

    [Fact]
    public async Task What_the_first_keepers_do_not_have_the_next_are_asked_for()
    {
        var asked = new TaskCompletionSource<long>();
        _idle.Add(static _ => 30);
        _idle.Add(bytes => { asked.SetResult(bytes); return bytes; });
        _idle.Ask(100);

        Assert.Equal(70, await Expect.SoonAsync(asked.Task));
    }

    [Fact]
    public async Task A_call_waits_until_what_was_found_has_been_returned()
    {
        _idle.Add(static _ => 60);
        _idle.Ask(100);
        Assert.True(_idle.IsAwaited);
        var waits = _idle.WaitAsync(TimeSpan.FromMinutes(1));

        _idle.Returned(59);
        Assert.False(waits.IsCompleted);
        _idle.Returned(1);
        await Expect.SoonAsync(waits);
        await Expect.ConditionAsync(() => !_idle.IsAwaited, "nothing is awaited any more");
    }

    [Fact]
    public async Task Nobody_waits_where_nothing_was_found_or_nobody_keeps_any()
    {
        _idle.Ask(100);
        Assert.False(_idle.IsAwaited);
        _idle.Add(static _ => 0);
        _idle.Ask(100);

        await Expect.SoonAsync(_idle.WaitAsync(TimeSpan.FromMinutes(1)));
        await Expect.ConditionAsync(() => !_idle.IsAwaited, "nothing is awaited");
    }

    [Fact]
    public async Task What_is_never_returned_is_waited_for_once()
    {
        _idle.Add(static bytes => bytes);
        _idle.Ask(100);
        await Expect.SoonAsync(_idle.WaitAsync(TimeSpan.FromMilliseconds(1)));
        Assert.True(_idle.IsAwaited);

        await Expect.SoonAsync(_idle.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.False(_idle.IsAwaited);
    }

    [Fact]
    public async Task A_keeper_that_was_removed_is_not_asked()
    {
        var asked = new TaskCompletionSource();
        Func<long, long> gone = static _ => throw new InvalidOperationException("It was removed.");
        _idle.Add(gone);
        _idle.Add(bytes => { asked.SetResult(); return bytes; });
        _idle.Remove(gone);
        _idle.Ask(1);

        await Expect.SoonAsync(asked.Task);
    }
}
