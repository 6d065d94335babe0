using System.Collections.Concurrent;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Imports;

/// <summary>Imports that are messages, where guests share threads.</summary>
public sealed class ServedImportTests(HostFixture fixture) : ServedImportSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class ServedImportOnThreadsTests(ThreadsFixture fixture) : ServedImportSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>What holds for imports that are messages.</summary>
public abstract class ServedImportSpec(HostFixture fixture)
{
    internal const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (memory (export "memory") 1)
          (global $g (export "g") (mut i32) (i32.const 5))
          (table (export "table") 4 funcref)
          (elem (i32.const 1) $plain)
          (data (i32.const 16) "hello")
          (func $plain (export "plain") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
          (func (export "ask") (param i32) (result i32) (i32.add (call $ask (local.get 0)) (i32.const 1)))
          (func (export "spin") (loop $l (br $l)))
          (func (export "trap") unreachable))
        """;

    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    private WasmHost Host => fixture.Host;

    [Fact]
    public async Task An_actor_answers_an_import()
    {
        var seen = new ConcurrentQueue<ImportCall>();
        var server = Host.System.StartEcho(call =>
        {
            seen.Enqueue(call);
            return call.Returned(call.Arguments[0].AsI32() * 10);
        });
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server));

        Assert.Equal(71, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(7)));
        Assert.Equal(81, (await Expect.SoonAsync(guest.GetFunc("ask").CallAsync(8))).Value.AsI32());
        var batch = await Expect.SoonAsync(guest.GetFunc("ask").CallBatchAsync<int, int>(new[] { 1, 2 }));
        Assert.Equal([11, 21], batch.Results.ToArray());
        var asked = await guest.Store.Actor.Ask<object>(new StoreProtocol.Call(guest.GetFunc("ask").Id, [9]), TimeSpan.FromSeconds(60));
        Assert.Equal(91, Assert.IsType<StoreProtocol.Returned>(asked).Results.Value.AsI32());

        Assert.All(seen, call => Assert.Equal(("env", "ask", s_type), (call.Module, call.Name, call.Type)));
        Assert.Equal(seen.Count, seen.Select(c => c.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_whole_module_is_answered_by_one_actor()
    {
        var server = Host.System.StartEcho(call => call.Name switch
        {
            "two" => call.Returned(2),
            "pair" => call.Returned(1L, 2.5),
            _ => new ImportTrapped(call.Id, WasmFailure.From(new Trap($"no {call.Name}"))),
        });
        var guest = await fixture.NewAsync("""
            (module
              (import "env" "two" (func $two (result i32)))
              (import "env" "pair" (func $pair (result i64 f64)))
              (import "env" "other" (func $other))
              (func (export "two") (result i32) (call $two))
              (func (export "pair") (result i64 f64) (call $pair))
              (func (export "other") (call $other)))
            """, new ImportMap().ServeModule("env", server));

        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("two").CallAsync<int>()));
        Assert.Equal((1L, 2.5), await Expect.SoonAsync(guest.GetFunc("pair").CallAsync<(long, double)>()));
        var trap = await Expect.TrapAsync("trap.host", guest.GetFunc("other").CallAsync());
        Assert.Equal("no other", trap.Message);
    }

    [Fact]
    public async Task A_delegate_answers_later()
    {
        var imports = new ImportMap().Serve("env", "ask", async (int x) =>
        {
            await Task.Yield();
            return x + 100;
        });
        var guest = await fixture.NewAsync(Guest, imports);
        int[] answers = await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(i => guest.GetFunc("ask").CallAsync<int, int>(i).AsTask())));
        Assert.Equal(Enumerable.Range(101, 50), answers);
    }

    [Fact]
    public async Task A_delegate_may_return_a_value_task_of_several_results_or_of_none()
    {
        int noted = 0;
        var imports = new ImportMap()
            .Serve("env", "pair", (long x) => new ValueTask<(long, int)>((x + 1, 2)))
            .Serve("env", "note", (CallerRef _, int x) =>
            {
                noted = x;
                return Task.CompletedTask;
            });
        var guest = await fixture.NewAsync("""
            (module
              (import "env" "pair" (func $pair (param i64) (result i64 i32)))
              (import "env" "note" (func $note (param i32)))
              (func (export "f") (result i64 i32) (call $note (i32.const 7)) (call $pair (i64.const 41))))
            """, imports);
        Assert.Equal((42L, 2), await Expect.SoonAsync(guest.GetFunc("f").CallAsync<(long, int)>()));
        Assert.Equal(7, noted);
    }

    [Fact]
    public async Task A_delegate_that_throws_fails_the_call_with_its_exception()
    {
        var imports = new ImportMap().Serve("env", "ask", async (int x) =>
        {
            await Task.Yield();
            return x == 0 ? throw new Trap("on purpose") : x == 1 ? throw new InvalidOperationException("late") : x;
        });
        var guest = await fixture.NewAsync(Guest, imports);
        Assert.Equal("on purpose", (await Expect.TrapAsync("trap.host", guest.GetFunc("ask").CallAsync<int, int>(0))).Message);
        var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("ask").CallAsync<int, int>(1));
        Assert.Equal("late", Assert.IsType<InvalidOperationException>(error.InnerException).Message);
        Assert.Equal(3, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(2)));
    }

    [Fact]
    public void A_delegate_that_answers_at_once_is_told_where_it_belongs()
    {
        var error = Assert.Throws<WasmError>(() => new ImportMap().Serve("env", "ask", (int x) => x));
        Assert.Equal(ErrorCode.HostBadSignature, error.Code);
        Assert.Contains("ImportSet.Define", error.Message);
    }

    [Fact]
    public async Task A_guest_answers_another_guest()
    {
        var server = await fixture.NewAsync(Guest, Plain());
        var client = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", server.GetFunc("plain")));
        Assert.Equal(31, await Expect.SoonAsync(client.GetFunc("ask").CallAsync<int, int>(10)));

        var failing = await fixture.NewAsync("""(module (import "env" "t" (func $t)) (func (export "f") (call $t)))""", new ImportMap().Serve("env", "t", server.GetFunc("trap")));
        var trap = await Expect.TrapAsync("trap.unreachable", failing.GetFunc("f").CallAsync());
        Assert.NotEmpty(trap.Frames);

        await server.Store.StopAsync();
        var gone = await Expect.ErrorAsync(ErrorCode.HostException, client.GetFunc("ask").CallAsync<int, int>(10));
        Assert.Equal(ErrorCode.StoreGone, Assert.IsType<WasmError>(gone.InnerException).Code);
    }

    [Fact]
    public async Task Many_calls_of_many_stores_wait_for_one_server_at_once()
    {
        var waiting = new ConcurrentQueue<(IActorRef Store, ImportCall Call)>();
        var server = Host.System.ActorOf(Props.Create(() => new Collector(waiting)));
        var imports = new ImportMap().Serve("env", "ask", s_type, server);
        var guests = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => fixture.NewAsync(Guest, imports)));
        var calls = guests.Select((g, i) => g.GetFunc("ask").CallAsync<int, int>(i).AsTask()).ToArray();
        await Expect.ConditionAsync(() => waiting.Count == 100, "all of them wait");

        foreach (var (store, call) in waiting.Reverse())
        {
            store.Tell(call.Returned(call.Arguments[0].AsI32() + 1000));
        }

        Assert.Equal(Enumerable.Range(1001, 100), await Expect.SoonAsync(Task.WhenAll(calls)));
    }

    [Fact]
    public async Task A_wrong_answer_fails_the_call_instead_of_corrupting_it()
    {
        var server = Host.System.StartEcho(call => new ImportReturned(call.Id, call.Arguments[0].AsI32() == 0 ? [] : [Val.F64(1)]));
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server));
        await Expect.ErrorAsync(ErrorCode.HostBadResult, guest.GetFunc("ask").CallAsync<int, int>(0));
        var error = await Expect.ErrorAsync(ErrorCode.HostBadResult, guest.GetFunc("ask").CallAsync<int, int>(1));
        Assert.Contains("env::ask", error.Message);
        Assert.Equal(9, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(3)));
    }

    [Fact]
    public async Task A_second_answer_and_a_late_one_are_dropped()
    {
        ImportCall? first = null;
        var server = Host.System.StartEcho(call =>
        {
            first ??= call;
            return call.Returned(1);
        });
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server));
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(0)));
        guest.Store.Actor.Tell(first!.Returned(99));
        guest.Store.Actor.Tell(new ImportTrapped(first.Id, new WasmFailure("x", "y")));
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(0)));
    }

    [Fact]
    public async Task A_server_that_never_answers_costs_the_import_s_time_only()
    {
        var server = Host.System.StartEcho(static _ => null);
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server, TimeSpan.FromMilliseconds(80)));
        var error = await Expect.ErrorAsync(ErrorCode.ImportDeadlineExceeded, guest.GetFunc("ask").CallAsync<int, int>(0));
        Assert.Contains("env::ask", error.Message);
        var asked = await guest.Store.Actor.Ask<object>(new StoreProtocol.Call(guest.GetFunc("ask").Id, [9]), TimeSpan.FromSeconds(60));
        Assert.Equal(ErrorCode.ImportDeadlineExceeded, Assert.IsType<StoreProtocol.Failed>(asked).Failure.Code);
        Assert.Equal(9, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(3)));
    }

    [Fact]
    public async Task A_server_that_ends_fails_those_who_wait_for_it_at_once()
    {
        var server = Host.System.StartEcho(static _ => null);
        var guest = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", s_type, server));
        var call = guest.GetFunc("ask").CallAsync<int, int>(0).AsTask();
        await Parked(guest);
        server.Tell(PoisonPill.Instance);
        await Expect.ErrorAsync(ErrorCode.ImportServerGone, () => call);

        // and those who ask it afterwards
        await Expect.ErrorAsync(ErrorCode.ImportServerGone, guest.GetFunc("ask").CallAsync<int, int>(0));
    }

    [Fact]
    public async Task A_store_without_preemption_refuses_served_imports()
    {
        var spec = new StoreSpec { Options = new() { Mode = ExecutionMode.Direct } };
        await Expect.ErrorAsync(ErrorCode.NeedsPreemptive, async () => await fixture.NewAsync(Guest, Plain(), spec));
    }

    [Fact]
    public async Task A_start_function_may_ask_and_does_so_again_when_the_store_is_replaced()
    {
        int asked = 0;
        var imports = new ImportMap().Serve("env", "ask", (int x) =>
        {
            Interlocked.Increment(ref asked);
            return ValueTask.FromResult(x + 1);
        });
        var guest = await fixture.NewAsync("""
            (module
              (import "env" "ask" (func $ask (param i32) (result i32)))
              (global $g (mut i32) (i32.const 0))
              (func $s (global.set $g (call $ask (i32.const 41))))
              (start $s)
              (func (export "g") (result i32) (global.get $g))
              (func (export "spin") (loop $l (br $l))))
            """, imports);
        Assert.Equal(42, await Expect.SoonAsync(guest.GetFunc("g").CallAsync<int>()));
        await Expect.DeadlineTrapAsync(() => guest.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(42, await Expect.SoonAsync(guest.GetFunc("g").CallAsync<int>()));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_served_function_can_be_made_in_a_store_and_passed_on()
    {
        var server = Host.System.StartEcho(call => call.Returned(call.Arguments[0].AsI32() + 1));
        var store = await Host.CreateStoreAsync();
        var func = await store.CreateServedFuncAsync("next", s_type, server);
        Assert.Equal(6, await Expect.SoonAsync(func.CallAsync<int, int>(5)));
        var guest = await store.InstantiateAsync(await Host.LoadTextAsync(Guest), [func]);
        Assert.Equal(7, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(5)));
    }

    private static ImportMap Plain() => new ImportMap().Serve("env", "ask", static (int x) => ValueTask.FromResult(x));

    internal static async Task Parked(InstanceRef guest)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await guest.Store.GetStatusAsync(deadline.Token)).Activity != StoreActivity.Parked)
        {
            await Task.Delay(1, deadline.Token);
        }
    }

    private sealed class Collector(ConcurrentQueue<(IActorRef Store, ImportCall Call)> calls) : UntypedActor
    {
        protected override void OnReceive(object message) => calls.Enqueue((Sender, (ImportCall)message));
    }
}
