using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

/// <summary>Calls that their caller's own thread may begin, see <see cref="CallOptions.OnThisThread"/>.</summary>
[Collection(Alone.Name)]
public sealed class CallerThreadTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private static readonly CallOptions s_here = new() { OnThisThread = true };
    private static readonly AsyncLocal<string?> s_name = new();

    private static StoreSpec Sliced => new() { Options = Guests.EveryFeature with { Mode = ExecutionMode.Preemptive } };

    [Fact]
    public async Task A_short_call_of_an_idle_store_is_done_when_it_was_sent()
    {
        int thread = 0;
        var call = (await NewAsync(x =>
        {
            thread = Environment.CurrentManagedThreadId;
            return x;
        })).GetFunc("call_host");

        var (sent, on) = await AtOnceAsync(() => (call.CallAsync<int, int>(2, s_here).AsTask(), Environment.CurrentManagedThreadId));
        Assert.Equal(on, thread);
        Assert.Equal(2, await sent);
    }

    [Fact]
    public async Task Its_trap_is_its_answer()
    {
        var guest = await NewAsync(static x => x);

        var failure = await Assert.ThrowsAsync<Trap>(async () => await guest.GetFunc("trap").CallAsync<Nothing>(s_here));
        Assert.Equal(TrapCode.Unreachable, failure.TrapCode);
        Assert.Equal(3, await Expect.SoonAsync(guest.GetFunc("add").CallAsync<int, int, int>(1, 2, s_here)));
    }

    [Fact]
    public async Task A_long_call_gives_the_thread_back_after_a_slice_and_can_still_be_cancelled()
    {
        var guest = await NewAsync(static x => x);
        using var end = new CancellationTokenSource();

        var sent = guest.GetFunc("spin").CallAsync<Nothing>(s_here with { Cancellation = end.Token }).AsTask();
        Assert.False(sent.IsCompleted);
        await end.CancelAsync();
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(sent));
        Assert.Equal(ErrorCode.Cancelled, failure.Code);
    }

    [Fact]
    public async Task One_that_was_cancelled_before_is_not_begun()
    {
        bool called = false;
        var guest = await NewAsync(x =>
        {
            called = true;
            return x;
        });

        var sent = guest.GetFunc("call_host").CallAsync<int, int>(1, s_here with { Cancellation = new CancellationToken(canceled: true) }).AsTask();
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(sent));
        Assert.Equal(ErrorCode.Cancelled, failure.Code);
        Assert.False(called);
    }

    [Fact]
    public async Task It_waits_in_line_behind_a_call_under_way()
    {
        using var gate = new Gate();
        var guest = await NewAsync(gate.Pass);
        var inside = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;

        var behind = guest.GetFunc("add").CallAsync<int, int, int>(1, 2, s_here).AsTask();
        Assert.False(behind.IsCompleted);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(inside));
        Assert.Equal(3, await Expect.SoonAsync(behind));
    }

    [Fact]
    public async Task It_does_not_run_beside_as_many_stores_as_may_run()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Parallelism = 1 });
        using var gate = new Gate();
        var slow = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Sliced);
        var other = await host.NewAsync(Guests.Worker, Guests.NoHost, Sliced);
        var inside = slow.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;

        var behind = other.GetFunc("add").CallAsync<int, int, int>(1, 2, s_here).AsTask();
        Assert.False(behind.IsCompleted);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(inside));
        Assert.Equal(3, await Expect.SoonAsync(behind));
    }

    [Fact]
    public async Task It_takes_no_other_call_along()
    {
        var threads = new List<(int Call, int Thread)>();
        FuncRef? call = null;
        Task<int>? second = null;
        var guest = await NewAsync(x =>
        {
            threads.Add((x, Environment.CurrentManagedThreadId)); // one call at a time runs
            if (x == 1)
            {
                using var sent = new ManualResetEventSlim();
                using (ExecutionContext.SuppressFlow())
                {
                    new Thread(() =>
                    {
                        second = call!.CallAsync<int, int>(2).AsTask();
                        sent.Set();
                    }).Start();
                }

                Assert.True(sent.Wait(TimeSpan.FromSeconds(30)));
            }

            return x;
        });
        call = guest.GetFunc("call_host");

        await Task.Factory.StartNew(
            () =>
            {
                Assert.Equal(1, Expect.SoonAsync(call.CallAsync<int, int>(1, s_here)).GetAwaiter().GetResult());
                Assert.Equal(2, Expect.SoonAsync(second!).GetAwaiter().GetResult());
                Assert.DoesNotContain((2, Environment.CurrentManagedThreadId), threads);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.Equal([1, 2], threads.Select(static t => t.Call));
    }

    [Fact]
    public async Task The_guest_does_not_run_in_the_callers_name_and_the_caller_keeps_it()
    {
        string? seen = "nobody";
        var call = (await NewAsync(x =>
        {
            seen = s_name.Value;
            return x;
        })).GetFunc("call_host");
        s_name.Value = "caller";

        var (sent, _) = await AtOnceAsync(() => (call.CallAsync<int, int>(1, s_here).AsTask(), 0));
        Assert.Null(seen);
        Assert.Equal("caller", s_name.Value);
        Assert.Equal(1, await sent);
    }

    [Fact]
    public async Task A_store_whose_calls_have_no_slices_runs_elsewhere()
    {
        int thread = 0;
        var direct = (await fixture.NewAsync(Guests.Worker, Guests.HostImport(x =>
        {
            thread = Environment.CurrentManagedThreadId;
            return x;
        }), new StoreSpec { Options = Guests.EveryFeature with { Mode = ExecutionMode.Direct } })).GetFunc("call_host");
        int mine = await Task.Factory.StartNew(
            () =>
            {
                Assert.Equal(1, Expect.SoonAsync(direct.CallAsync<int, int>(1, s_here).AsTask()).GetAwaiter().GetResult());
                return Environment.CurrentManagedThreadId;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.NotEqual(mine, thread);
    }

    private Task<InstanceRef> NewAsync(Func<int, int> host) => fixture.NewAsync(Guests.Worker, Guests.HostImport(host), Sliced);

    // Most are the first time. Where the machine is busy, a slice may be over before the guest has run.
    private static async Task<(Task<T> Sent, TNote Note)> AtOnceAsync<T, TNote>(Func<(Task<T>, TNote)> send)
    {
        for (int attempt = 0; attempt < 1_000; attempt++)
        {
            var (sent, note) = send();
            if (sent.IsCompleted)
            {
                return (sent, note);
            }

            await Expect.SoonAsync(sent);
        }

        throw new TimeoutException("No call was done when it was sent.");
    }
}
