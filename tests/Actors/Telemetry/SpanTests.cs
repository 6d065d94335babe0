using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using Activity = System.Diagnostics.Activity;

namespace WasmActors.Actors.Tests.Telemetry;

[Collection(Alone.Name)]
public class SpanTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Asking = """
        (module (import "env" "ask" (func $ask (param i32) (result i32)))
          (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
          (func (export "run") (param i32) (result i32) (call $ask (local.get 0))))
        """;

    private static readonly FuncType s_ask = new([ValType.I32], [ValType.I32]);

    [Fact]
    public async Task A_call_is_a_child_of_its_callers_span_and_leaves_that_current()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        using var spans = new Spans();

        await instance.GetFunc("add").CallAsync<int, int, int>(1, 2);

        Assert.Same(spans.Root, Activity.Current);
        var span = await spans.OneAsync("wasmactors.call");
        Spans.AssertChild(span, spans.Root);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(instance.Store.Id, span.GetTagItem("wasmactors.store.id"));
        Assert.Equal("add", span.GetTagItem("wasmactors.function"));
        Assert.Equal(2L, span.GetTagItem("wasmactors.call.number"));
        Assert.Equal(1L, span.GetTagItem("wasmactors.call.slices"));
        Assert.Equal("wasmactors.taken", Assert.Single(span.Events).Name);
        Assert.Null(span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_failed_call_has_its_code_and_its_message()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        using var spans = new Spans();

        await Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());

        var span = await spans.OneAsync("wasmactors.call");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("unreachable", span.StatusDescription);
        Assert.Equal("trap.unreachable", span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task What_is_wrong_with_arguments_is_told_without_quoting_them()
    {
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        using var spans = new Spans();

        await add.Store.Actor.Ask<StoreProtocol.Failed>(new StoreProtocol.Call(add.Id, [Val.I64(4711), Val.I32(1)]), TimeSpan.FromSeconds(60));

        var span = await spans.OneAsync("wasmactors.call");
        Assert.Equal("call.bad_arguments", span.GetTagItem("error.type"));
        Assert.Null(span.StatusDescription);
    }

    [Fact]
    public async Task A_command_by_message_is_a_child_of_the_span_that_was_current_where_it_was_made()
    {
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        using var spans = new Spans();

        var call = new StoreProtocol.Call(add.Id, [Val.I32(1), Val.I32(2)]);
        Activity.Current = null;
        await add.Store.Actor.Ask<StoreProtocol.Returned>(call, TimeSpan.FromSeconds(60));
        await add.Store.Actor.Ask<StoreProtocol.BatchReturned>(new StoreProtocol.CallBatch([call, call]) { Trace = spans.Root.Context }, TimeSpan.FromSeconds(60));

        Spans.AssertChild(await spans.OneAsync("wasmactors.call"), spans.Root);
        Spans.AssertChild(await spans.OneAsync("wasmactors.batch"), spans.Root);
    }

    [Fact]
    public async Task A_delegate_that_answers_an_import_runs_within_the_imports_span()
    {
        var imports = new ImportMap().Serve("env", "ask", static async (int x) =>
        {
            using var inner = Spans.Begin("lookup");
            await Task.Yield();
            return x + 1;
        });
        var instance = await fixture.NewAsync(Asking, imports);
        using var spans = new Spans();

        Assert.Equal(6, await instance.GetFunc("run").CallAsync<int, int>(5));

        var call = await spans.OneAsync("wasmactors.call");
        var import = await spans.OneAsync("wasmactors.import");
        Spans.AssertChild(call, spans.Root);
        Spans.AssertChild(import, call);
        Spans.AssertChild(await spans.OneAsync("lookup"), import);
        Assert.Equal("env::ask", import.GetTagItem("wasmactors.import.name"));
        Assert.Equal("delegate", import.GetTagItem("wasmactors.import.server"));
        Assert.Equal(1L, call.GetTagItem("wasmactors.call.imports"));
    }

    [Fact]
    public async Task What_an_actor_does_to_answer_an_import_belongs_to_the_imports_span()
    {
        var helper = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        var asked = new TaskCompletionSource<ActivityContext>();
        var server = fixture.Host.System.StartEcho(call =>
        {
            asked.TrySetResult(call.Trace);
            _ = helper.CallAsync(call.Options, call.Arguments[0], 1).AsTask().ContinueWith(
                done => call.Caller.Store.Actor.Tell(call.Returned(done.Result[0])), TaskScheduler.Default);
            return null;
        });
        var instance = await fixture.NewAsync(Asking, new ImportMap().Serve("env", "ask", s_ask, server));
        using var spans = new Spans();

        Assert.Equal(6, await Expect.SoonAsync(instance.GetFunc("run").CallAsync<int, int>(5)));

        var import = await spans.OneAsync("wasmactors.import");
        Assert.Equal(import.Context.SpanId, (await asked.Task).SpanId);
        var helping = Assert.Single(spans.Ended, s => s.OperationName == "wasmactors.call" && Equals(s.GetTagItem("wasmactors.store.id"), helper.Store.Id));
        Spans.AssertChild(helping, import);
    }

    [Fact]
    public async Task A_guest_that_answers_an_import_is_a_child_of_the_imports_span()
    {
        var helper = (await fixture.NewAsync("""(module (func (export "next") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))""")).GetFunc("next");
        var instance = await fixture.NewAsync(Asking, new ImportMap().Serve("env", "ask", helper));
        using var spans = new Spans();

        Assert.Equal(6, await Expect.SoonAsync(instance.GetFunc("run").CallAsync<int, int>(5)));

        var import = await spans.OneAsync("wasmactors.import");
        Assert.Equal("store", import.GetTagItem("wasmactors.import.server"));
        var helping = Assert.Single(spans.Ended, s => s.OperationName == "wasmactors.call" && Equals(s.GetTagItem("wasmactors.store.id"), helper.Store.Id));
        Spans.AssertChild(helping, import);
    }

    [Fact]
    public async Task A_nested_call_through_the_caller_is_a_child_of_the_imports_span()
    {
        var server = fixture.Host.System.StartEcho(call =>
        {
            _ = call.Caller.CallAsync("twice", call.Arguments[0]).AsTask().ContinueWith(
                done => call.Caller.Store.Actor.Tell(call.Returned(done.Result[0])), TaskScheduler.Default);
            return null;
        });
        var instance = await fixture.NewAsync(Asking, new ImportMap().Serve("env", "ask", s_ask, server));
        using var spans = new Spans();

        Assert.Equal(10, await Expect.SoonAsync(instance.GetFunc("run").CallAsync<int, int>(5)));

        var nested = await spans.OneAsync("wasmactors.nested");
        Spans.AssertChild(nested, await spans.OneAsync("wasmactors.import"));
        Assert.Equal("twice", nested.GetTagItem("wasmactors.function"));
    }

    [Fact]
    public async Task An_import_that_is_not_answered_ends_its_span_with_the_call()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = fixture.Host.System.StartEcho(_ =>
        {
            asked.TrySetResult();
            return null;
        });
        var instance = await fixture.NewAsync(Asking, new ImportMap().Serve("env", "ask", s_ask, server));
        using var spans = new Spans();
        using var stop = new CancellationTokenSource();

        var call = instance.GetFunc("run").CallAsync<int, int>(5, stop.Token).AsTask();
        await Expect.SoonAsync(asked.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(call));

        Assert.Equal("call.cancelled", (await spans.OneAsync("wasmactors.import")).GetTagItem("error.type"));
        Assert.Equal("call.cancelled", (await spans.OneAsync("wasmactors.call")).GetTagItem("error.type"));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct, false)]
    [InlineData(ExecutionMode.Preemptive, false)]
    [InlineData(ExecutionMode.Preemptive, true)]
    public async Task A_host_function_runs_within_the_calls_span_and_later_ones_do_not(ExecutionMode mode, bool onThreads)
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { PreemptOnThreads = onThreads } });
        Activity? seen = null;
        var instance = await host.NewAsync(
            Guests.Worker,
            Guests.HostImport(x =>
            {
                seen = Activity.Current;
                return x;
            }),
            new StoreSpec { Options = new StoreOptions { Mode = mode } });
        using (var spans = new Spans())
        {
            await instance.GetFunc("call_host").CallAsync<int, int>(1);
            Assert.Same(await spans.OneAsync("wasmactors.call"), seen);
        }

        Activity.Current = null;
        seen = new Activity("none");
        await instance.GetFunc("call_host").CallAsync<int, int>(1);
        Assert.Null(seen);
    }

    [Fact]
    public async Task Without_being_sampled_a_call_hands_its_callers_span_on()
    {
        var seen = new List<ActivityTraceId>();
        ActivityTraceId? fromActor = null;
        var imports = new ImportMap(new Runtime.Imports.ImportSet().Define("env", "host", (int x) =>
        {
            seen.Add(Activity.Current!.TraceId);
            return x;
        })).Serve("env", "ask", (int x) =>
        {
            seen.Add(Activity.Current!.TraceId);
            return ValueTask.FromResult(x);
        }).Serve("env", "actor", s_ask, fixture.Host.System.StartEcho(call =>
        {
            fromActor = call.Trace.TraceId;
            return call.Returned(call.Arguments[0]);
        }));
        var run = (await fixture.NewAsync(
            """
            (module (import "env" "host" (func $host (param i32) (result i32)))
              (import "env" "ask" (func $ask (param i32) (result i32)))
              (import "env" "actor" (func $actor (param i32) (result i32)))
              (func (export "run") (param i32) (result i32) (call $actor (call $ask (call $host (local.get 0))))))
            """,
            imports)).GetFunc("run");
        using var spans = new Spans(sampled: false);

        Assert.Equal(7, await Expect.SoonAsync(run.CallAsync<int, int>(7)));
        var command = new StoreProtocol.Call(run.Id, [Val.I32(7)]);
        Activity.Current = null;
        await run.Store.Actor.Ask<StoreProtocol.Returned>(command, TimeSpan.FromSeconds(60));

        Assert.Equal(Enumerable.Repeat(spans.Root.TraceId, 4), seen);
        Assert.Equal(spans.Root.TraceId, fromActor);
        Assert.Empty(spans.Ended);
    }

    [Fact]
    public async Task A_store_that_is_made_again_traces_nothing_of_the_command_that_made_it()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        using var spans = new Spans();
        var again = new StoreProtocol.Instantiate(instance.Module, Guests.NoHost);
        await instance.Store.Actor.Ask<StoreProtocol.Instantiated>(again, TimeSpan.FromSeconds(60));

        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        await instance.GetFunc("next").CallAsync();

        Spans.AssertChild(await spans.OneAsync("wasmactors.instantiate"), spans.Root);
    }
}
