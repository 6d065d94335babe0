using WasmActors.Actors.Admission;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>One store's line: by its length, and by the time that it takes.</summary>
public sealed class StoreLineTests : IDisposable
{
    private static readonly TimeSpan s_each = TimeSpan.FromMilliseconds(99); // and the millisecond that the clock adds

    private static readonly StoreProtocol.Command s_command = new StoreProtocol.GetData();

    private readonly ManualClock _clock = new();
    private readonly WasmEngine _engine;
    private readonly HostAdmission _host = new(new AdmissionOptions { LongestWait = TimeSpan.FromSeconds(1) });

    public StoreLineTests() => _engine = new WasmEngine(new EngineSettings { Clock = _clock });

    [Fact]
    public async Task While_a_line_stands_that_takes_too_long_no_more_are_taken()
    {
        var cell = NewCell();
        Admit(cell, 60);
        Assert.Null(cell.TryAdmit(s_command, long.MaxValue)); // nothing is known yet
        await TakeAsync(cell, 34);
        Assert.NotNull(cell.TryAdmit(s_command, long.MaxValue)); // 27 wait

        await TakeAsync(cell, 17);
        for (int i = 11; i <= 16; i++) // so few are always taken
        {
            Assert.Null(cell.TryAdmit(s_command, long.MaxValue));
        }

        var refusal = cell.TryAdmit(s_command, long.MaxValue);
        Assert.Equal(ErrorCode.Busy, refusal?.Code);
        Assert.Equal("16 requests wait for store 1 and take about 1.6 s: longer than requests are to wait (AdmissionOptions.LongestWait). Try again in 850,000 µs.", refusal?.Message);
        Assert.Equal(TimeSpan.FromMilliseconds(850), refusal?.RetryAfter);
    }

    [Fact]
    public async Task One_that_would_be_late_is_refused_at_once_however_few_wait()
    {
        var cell = NewCell();
        Admit(cell, 44);
        await TakeAsync(cell, 34);

        Assert.Null(cell.TryAdmit(s_command, cell.After(TimeSpan.FromSeconds(2.1)))); // ten wait, for a second
        var refusal = cell.TryAdmit(s_command, cell.After(TimeSpan.FromSeconds(1.9)));
        Assert.StartsWith("11 requests wait for store 1 and take about 1.1 s: too long for this one, which has 1.90", refusal?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_waiting_guest_needs_is_taken_unless_it_would_be_late()
    {
        var cell = NewCell();
        Admit(cell, 60);
        await TakeAsync(cell, 34);
        var needed = new StoreProtocol.GetData { Chain = new CallChain(cell, 1, null) };

        Assert.NotNull(cell.TryAdmit(s_command, long.MaxValue));
        Assert.Null(cell.TryAdmit(needed, long.MaxValue));
        Assert.NotNull(cell.TryAdmit(needed, cell.After(TimeSpan.FromSeconds(3))));
    }

    [Fact]
    public async Task When_the_line_has_been_empty_all_is_forgotten()
    {
        var cell = NewCell();
        Admit(cell, 40);
        await TakeAsync(cell, 40);

        Admit(cell, 100);
        Assert.Equal(100, cell.Waiting);
    }

    [Fact]
    public async Task Without_bounds_only_the_length_counts()
    {
        var cell = Cells.New(_engine, spec: new StoreSpec { QueueLimit = 80 }, host: new HostAdmission(new AdmissionOptions { WithoutBounds = true, MaxWaiting = 1 }));
        cell.CountsCommands = true;
        Admit(cell, 60);
        await TakeAsync(cell, 40);

        Admit(cell, 60);
        Assert.StartsWith("Store 1 has 80 requests waiting, its limit", cell.TryAdmit(s_command, long.MaxValue)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_one_takes_no_place_and_a_taken_one_leaves_its_own()
    {
        var cell = Cells.New(_engine, spec: new StoreSpec { QueueLimit = 2 }, host: _host);
        cell.CountsCommands = true;
        Admit(cell, 2);
        Assert.NotNull(cell.TryAdmit(s_command, long.MaxValue));
        Assert.Equal((2, 2), (cell.Waiting, _host.Waiting));

        cell.CommandTaken();
        Assert.Equal((1, 1), (cell.Waiting, _host.Waiting));
        Admit(cell, 1);
        cell.MarkGone("of a test");
        Assert.Equal(ErrorCode.StoreGone, cell.TryAdmit(s_command, long.MaxValue)?.Code);
    }

    public void Dispose() => _engine.Dispose();

    private StoreCell NewCell()
    {
        var cell = Cells.New(_engine, host: _host);
        cell.CountsCommands = true;
        return cell;
    }

    private static void Admit(StoreCell cell, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Null(cell.TryAdmit(s_command, long.MaxValue));
        }
    }

    // Each takes a tenth of a second.
    private async Task TakeAsync(StoreCell cell, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _clock.AdvancePast(s_each);
            await Expect.ConditionAsync(() => cell.Now == _clock.GetTimestamp(), "the engine's clock has followed");
            cell.CommandTaken();
        }
    }
}
