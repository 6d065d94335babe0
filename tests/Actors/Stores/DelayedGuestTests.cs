using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Guests that come to their end late because others have the only worker. Time stands still until a test lets it go on.</summary>
public sealed class DelayedGuestTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly Gate _gate = new();
    private readonly TaskCompletionSource<int> _answer = new();
    private WasmHost _host = null!;
    private InstanceRef _guest = null!;
    private InstanceRef _holder = null!;

    public async Task InitializeAsync()
    {
        _host = await WasmHost.StartAsync(HostFixture.Options with { Parallelism = 1, Engine = new() { Clock = _clock } });
        _guest = await _host.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", (int _) => _answer.Task), Guests.Spec(FailurePolicy.Keep));
        _holder = await _host.NewAsync(Guests.Worker, Guests.HostImport(_gate.Pass));
    }

    public async Task DisposeAsync()
    {
        _gate.Open();
        await _host.DisposeAsync();
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_caller_whose_guest_is_paused_and_waits_for_a_worker_learns_its_proper_end()
    {
        var call = _guest.GetFunc("ask").CallAsync<int, int>(1, s_within).AsTask();
        await ServedImportSpec.Parked(_guest);
        var holding = await HoldAsync();

        await AdvanceAsync(s_within + TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        _gate.Open();

        var trap = await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(call));
        Assert.Equal((ErrorCode.DeadlineExceeded, StoreFate.Kept), (trap.Code, trap.Fate));
        Assert.Equal(1, await Expect.SoonAsync(holding));
    }

    [Fact]
    public async Task Who_asks_by_message_learns_the_same()
    {
        var reply = _guest.Store.Actor.Ask<object>(new StoreProtocol.Call(_guest.GetFunc("ask").Id, [1]) { Within = s_within }, TimeSpan.FromSeconds(60));
        await ServedImportSpec.Parked(_guest);
        var holding = await HoldAsync();

        await AdvanceAsync(s_within + TimeSpan.FromSeconds(1));
        Assert.False(reply.IsCompleted);
        _gate.Open();

        var failure = Assert.IsType<StoreProtocol.Failed>(await Expect.SoonAsync(reply)).Failure;
        Assert.Equal((ErrorCode.DeadlineExceeded, StoreFate.Kept), (failure.Code, failure.Fate));
        Assert.Equal(1, await Expect.SoonAsync(holding));
    }

    [Fact]
    public async Task No_caller_waits_for_that_for_ever()
    {
        var call = _guest.GetFunc("ask").CallAsync<int, int>(1, s_within).AsTask();
        await ServedImportSpec.Parked(_guest);
        var holding = await HoldAsync();

        _clock.AdvancePast(s_within + RequestSweeper.Patience);

        var error = await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, () => call);
        Assert.StartsWith("The call's deadline has passed, but its guest has not let go yet", error.Message);
        Assert.False(holding.IsCompleted);
        _gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(holding));
        Assert.Equal(3, await Expect.SoonAsync(_guest.GetFunc("plain").CallAsync<int, int>(1)));
    }

    // The only worker stays inside a host function.
    private async Task<Task<int>> HoldAsync()
    {
        var holding = _holder.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await _gate.Entered;
        return holding;
    }

    // Until the sweeper has looked at everything at that time: a call that waits for the holder's store is answered by it, and the one
    // after that in a later round.
    private async Task AdvanceAsync(TimeSpan by)
    {
        foreach (var step in (TimeSpan[])[by, TimeSpan.FromMilliseconds(1)])
        {
            var probe = _holder.GetFunc("next").CallAsync<int>(step);
            _clock.AdvancePast(step);
            await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, probe);
        }
    }
}
