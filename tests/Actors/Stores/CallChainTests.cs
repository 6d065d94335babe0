using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Calls that would wait for themselves, where guests share threads.</summary>
public sealed class CallChainTests(HostFixture fixture) : CallChainSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class CallChainOnThreadsTests(ThreadsFixture fixture) : CallChainSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>Deadlocks are refused at once, with the chain, well before any time-out.</summary>
public abstract class CallChainSpec(HostFixture fixture)
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "plain") (param i32) (result i32) (local.get 0)))
        """;

    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    [Fact]
    public async Task A_store_that_calls_itself_through_an_actor_is_refused_at_once()
    {
        FuncRef ask = null!;
        var server = fixture.Host.System.ActorOf(Props.Create(() => new Caller(() => ask)));
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server));
        ask = guest.GetFunc("plain");
        var error = await Expect.ErrorAsync(ErrorCode.Reentrant, guest.GetFunc("ask").CallAsync<int, int>(1));
        Assert.Contains($"store {guest.Store.Id}, call ", error.Message);
        Assert.Contains($"→ store {guest.Store.Id}", error.Message);
        Assert.Equal(4, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(4)));
    }

    [Fact]
    public async Task A_store_that_calls_itself_through_a_delegate_is_refused_without_being_told_the_chain()
    {
        FuncRef plain = null!;
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (int x) =>
        {
            await Task.Yield();
            return await plain.CallAsync<int, int>(x);
        }));
        plain = guest.GetFunc("plain");
        await Expect.ErrorAsync(ErrorCode.Reentrant, guest.GetFunc("ask").CallAsync<int, int>(1));
        var reply = await guest.Store.Actor.Ask<object>(new StoreProtocol.Call(guest.GetFunc("ask").Id, [1]), TimeSpan.FromSeconds(60));
        Assert.Equal(ErrorCode.Reentrant, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
    }

    [Fact]
    public async Task Two_stores_that_call_each_other_in_one_chain_are_refused()
    {
        InstanceRef first = null!;
        var second = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (int x) => await first.GetFunc("plain").CallAsync<int, int>(x)));
        first = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", second.GetFunc("ask")));
        var error = await Expect.ErrorAsync(ErrorCode.Reentrant, first.GetFunc("ask").CallAsync<int, int>(1));
        Assert.Contains($"store {first.Store.Id}, call ", error.Message);
        Assert.Contains($"→ store {second.Store.Id}, call ", error.Message);
    }

    [Fact]
    public async Task Two_stores_that_wait_for_each_other_by_two_calls_are_not_left_to_their_deadlines()
    {
        InstanceRef first = null!;
        InstanceRef second = null!;
        using var both = new Barrier(2);
        async Task<int> AskAsync(FuncRef other, int x)
        {
            await Task.Run(() => both.SignalAndWait(TimeSpan.FromSeconds(30))); // both stores' guests wait now
            return await other.CallAsync<int, int>(x);
        }

        first = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int x) => AskAsync(second.GetFunc("plain"), x)));
        second = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int x) => AskAsync(first.GetFunc("plain"), x)));
        var calls = new[] { first.GetFunc("ask").CallAsync<int, int>(1).AsTask(), second.GetFunc("ask").CallAsync<int, int>(2).AsTask() };
        var outcomes = await Expect.SoonAsync(Task.WhenAll(calls.Select(async call =>
        {
            try
            {
                return (await call).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (WasmError refused)
            {
                return refused.Code;
            }
        })));
        Assert.Contains(outcomes, static o => o == ErrorCode.Reentrant); // at least one gives way; then the other may succeed
        Assert.All(outcomes, static o => Assert.True(o is "1" or "2" or ErrorCode.Reentrant, o));
    }

    [Fact]
    public async Task A_circle_of_three_stores_is_found()
    {
        var guests = new InstanceRef[3];
        using var all = new Barrier(3);
        for (int i = 0; i < 3; i++)
        {
            int next = (i + 1) % 3;
            guests[i] = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (int x) =>
            {
                await Task.Run(() => all.SignalAndWait(TimeSpan.FromSeconds(30)));
                return await guests[next].GetFunc("plain").CallAsync<int, int>(x);
            }));
        }

        var outcomes = await Expect.SoonAsync(Task.WhenAll(guests.Select(async (guest, i) =>
        {
            try
            {
                await guest.GetFunc("ask").CallAsync<int, int>(i);
                return "answered";
            }
            catch (WasmError refused)
            {
                return refused.Code;
            }
        })));
        Assert.Contains(outcomes, static o => o == ErrorCode.Reentrant);
        Assert.All(outcomes, static o => Assert.True(o is "answered" or ErrorCode.Reentrant, o));
    }

    [Fact]
    public async Task A_chain_of_stores_has_a_depth()
    {
        var store = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", static (int x) => ValueTask.FromResult(x)));
        var last = store.GetFunc("plain");
        for (int i = 0; i < CallChain.MaxDepth; i++)
        {
            var next = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", last));
            last = next.GetFunc("ask");
        }

        var error = await Expect.ErrorAsync(ErrorCode.TooDeep, last.CallAsync<int, int>(7));
        Assert.Contains($"{CallChain.MaxDepth}", error.Message);
    }

    [Fact]
    public async Task A_chain_that_has_ended_holds_nobody()
    {
        CallOptions kept = default;
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (CallerRef caller, int x) =>
        {
            kept = caller.Options;
            return ValueTask.FromResult(x);
        }));
        Assert.Equal(1, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1)));
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(2, kept with { Within = null })));
    }

    private sealed class Caller(Func<FuncRef> function) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                var store = Sender;
                _ = AnswerAsync(call).PipeTo(store);
            }
        }

        private async Task<object> AnswerAsync(ImportCall call)
        {
            try
            {
                return call.Returned(await function().CallAsync<int, int>(1, call.Options));
            }
            catch (WasmException failure)
            {
                return new ImportTrapped(call.Id, WasmFailure.From(failure));
            }
        }
    }
}
