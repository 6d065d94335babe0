using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Guests that are left and gone back to, on stacks of Wasmtime's.</summary>
public sealed class PausedCallTests : PausedCallSpec
{
    public PausedCallTests()
        : base(new EngineSettings())
    {
    }

    [SkippableFact]
    public void On_Linux_x64_guests_share_threads()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "not Linux x64");
        Assert.Null(Engine.NoFibers);
    }
}

/// <summary>The same, a thread for each guest.</summary>
public sealed class PausedCallOnThreadsTests : PausedCallSpec
{
    public PausedCallOnThreadsTests()
        : base(new EngineSettings { PreemptOnThreads = true })
    {
    }

    [Fact]
    public void The_engine_says_why() => Assert.Contains("PreemptOnThreads", Engine.NoFibers, StringComparison.Ordinal);
}

/// <summary>What holds for guests that can be paused, however they are.</summary>
public abstract class PausedCallSpec : IDisposable
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32 i32) (result i32)))
          (import "env" "inline" (func $inline (param i32) (result i32)))
          (memory (export "memory") 1)
          (global $g (export "g") (mut i32) (i32.const 0))
          (func (export "outer") (param i32) (result i32)
            (global.set $g (i32.add (global.get $g) (i32.const 1)))
            (i32.add (call $ask (local.get 0) (i32.const 1)) (global.get $g)))
          (func (export "bump") (result i32)
            (global.set $g (i32.add (global.get $g) (i32.const 10))) (global.get $g))
          (func (export "boom") unreachable)
          (func (export "spin") (loop $l (global.set $g (i32.add (global.get $g) (i32.const 1))) (br $l)))
          (func (export "count") (param i64) (result i64) (local i64)
            (loop $l (local.set 1 (i64.add (local.get 1) (i64.const 1))) (br_if $l (i64.lt_u (local.get 1) (local.get 0))))
            (local.get 1))
          (func (export "through") (param i32) (result i32) (call $inline (local.get 0)))
          (func (export "deep") (param i32) (result i32)
            (if (result i32) (local.get 0) (then (i32.add (call 8 (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0))))
          (func (export "sum") (param i32) (result i32) (local i32 i32)
            (loop $l
              (local.set 1 (call $ask (local.get 1) (local.get 2)))
              (local.set 2 (i32.add (local.get 2) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get 2) (local.get 0))))
            (local.get 1)))
        """;

    private readonly WasmStore _store;
    private readonly WasmInstance _guest;
    private readonly ServedFunc _ask = new("env", "ask", new FuncType([ValType.I32, ValType.I32], [ValType.I32]), "server");
    private Func<WasmCaller, int, int> _inline = (_, x) => x + 1;

    protected PausedCallSpec(EngineSettings settings)
    {
        Engine = new WasmEngine(settings);
        using var module = WasmModule.FromText(Engine, Guest);
        _store = new WasmStore(Engine, new StoreOptions { Limits = new StoreLimits { Deadline = TimeSpan.FromSeconds(20) } });
        var imports = new ImportSet()
            .Define("env", "ask", _ask)
            .Define("env", "inline", new Func<WasmCaller, int, int>((caller, x) => _inline(caller, x)));
        _guest = _store.Instantiate(module, imports);
    }

    protected WasmEngine Engine { get; }

    [Fact]
    public void A_call_parks_on_a_served_import_and_goes_on_with_its_answer()
    {
        using var call = Begin("outer", 5);

        Park(call);
        Assert.True(call.IsPaused);
        Assert.Same(_ask, call.Import!.Func);
        Assert.Equal("server", call.Import.Func.Server);
        Assert.Equal([Val.I32(5), Val.I32(1)], call.Import.Arguments);
        Assert.Equal(CallStep.Parked, call.Step()); // not answered yet

        call.Import.Return(Val.I32(6));
        Assert.Equal(CallStep.Completed, ToEnd(call));
        Assert.Equal(7, call.Results.Value.AsI32());
        Assert.Null(call.Import);
    }

    [Fact]
    public void A_call_parks_as_often_as_it_asks()
    {
        using var call = Begin("sum", 1000);
        int asked = 0;
        while (call.Step() is CallStep.Parked or CallStep.Yielded)
        {
            if (call.Import is { } import)
            {
                asked++;
                import.Return(Val.I32(import.Arguments[0].AsI32() + import.Arguments[1].AsI32()));
            }
        }

        Assert.Null(call.Failure);
        Assert.Equal(1000, asked);
        Assert.Equal(499_500, call.Results.Value.AsI32());
        Assert.True(call.Slices >= 1001);
    }

    [Fact]
    public void A_served_import_that_fails_unwinds_the_guest_with_that_failure()
    {
        using (var call = Begin("outer", 1))
        {
            Park(call);
            call.Import!.Fail(new Trap("Division by zero"));
            Assert.Equal(CallStep.Trapped, ToEnd(call));
            Assert.Equal(TrapCode.Host, Assert.IsType<Trap>(call.Failure).TrapCode);
            Assert.Equal("Division by zero", call.Failure!.Message);
        }

        using var other = Begin("outer", 1);
        Park(other);
        var cause = new InvalidOperationException("no");
        other.Import!.Fail(cause);
        Assert.Equal(CallStep.Trapped, ToEnd(other));
        Assert.Equal(ErrorCode.HostException, other.Failure!.Code);
        Assert.Same(cause, other.Failure.InnerException);
    }

    [Fact]
    public void A_wrong_answer_is_refused_and_the_import_still_waits()
    {
        using var call = Begin("outer", 1);
        Park(call);
        var import = call.Import!;

        Assert.Equal(ErrorCode.HostBadResult, Assert.Throws<WasmError>(() => import.Return()).Code);
        Assert.Equal(ErrorCode.HostBadResult, Assert.Throws<WasmError>(() => import.Return(Val.I64(1))).Code);
        import.Return(Val.I32(1));
        Assert.Throws<InvalidOperationException>(() => import.Return(Val.I32(1)));
        Assert.Equal(CallStep.Completed, ToEnd(call));
    }

    [Fact]
    public void An_endless_guest_yields_and_can_be_given_up()
    {
        using var call = Begin("spin");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(CallStep.Yielded, call.Step());
        }

        int before = _guest.GetGlobal("g").Get().AsI32();
        Assert.NotEqual(0, before);
        call.Drop(new WasmError(ErrorCode.Cancelled, "enough"));
        Assert.Equal("enough", call.Failure!.Message);
        Assert.False(call.IsPaused);
        Assert.Equal(before + 10, _guest.GetFunc("bump").Call<int>());
    }

    [Fact]
    public void A_guest_that_yields_returns_the_right_result()
    {
        using var call = Begin("count", 30_000_000L);
        while (call.Step() == CallStep.Yielded)
        {
        }

        Assert.Null(call.Failure);
        Assert.Equal(30_000_000L, call.Results.Value.AsI64());
        Assert.True(call.Slices > 1);
    }

    [Fact]
    public void The_deadline_holds_across_slices()
    {
        using var call = Begin("spin");
        call.Deadline = Engine.EpochClock.After(TimeSpan.FromMilliseconds(30));
        while (call.Step() == CallStep.Yielded)
        {
        }

        Assert.Equal(ErrorCode.DeadlineExceeded, call.Failure!.Code);
    }

    [Fact]
    public void Calls_nest_in_a_waiting_guest()
    {
        using var outer = Begin("outer", 7);
        Park(outer);

        Assert.Equal(11, _guest.GetFunc("bump").Call<int>());
        Assert.Equal(TrapCode.Unreachable, Assert.Throws<Trap>(() => _guest.GetFunc("boom").Call()).TrapCode);
        using (var inner = Begin("outer", 100))
        {
            Park(inner);
            Assert.Equal(ErrorCode.StoreInUse, Assert.Throws<WasmError>(() => outer.Step()).Code); // last in, first out
            inner.Import!.Return(Val.I32(1000));
            Assert.Equal(CallStep.Completed, ToEnd(inner));
            Assert.Equal(1012, inner.Results.Value.AsI32());
        }

        outer.Import!.Return(Val.I32(8));
        Assert.Equal(CallStep.Completed, ToEnd(outer));
        Assert.Equal(8 + 12, outer.Results.Value.AsI32());
    }

    [Fact]
    public void A_nested_call_yields_while_the_outer_one_waits()
    {
        using var outer = Begin("outer", 7);
        Park(outer);
        using (var inner = Begin("spin"))
        {
            Assert.Equal(CallStep.Yielded, inner.Step());
            Assert.Equal(CallStep.Yielded, inner.Step());
            inner.Drop(new WasmError(ErrorCode.Cancelled, "enough"));
        }

        outer.Import!.Return(Val.I32(8));
        Assert.Equal(CallStep.Completed, ToEnd(outer));
    }

    [Fact]
    public void The_caller_of_a_waiting_import_reaches_its_instance_until_the_answer()
    {
        using var call = Begin("outer", 7);
        Park(call);
        var caller = call.Import!.Caller;
        caller.GetMemory().WriteString(10, "hello");
        Assert.Equal("hello", caller.GetMemory().ReadString(10, 5));
        caller.GetGlobal("g").Set(41);
        Assert.Equal(51, caller.GetFunc("bump").Call<int>());

        call.Import.Return(Val.I32(1));
        Assert.Equal(CallStep.Completed, ToEnd(call));
        Assert.Equal(52, call.Results.Value.AsI32());
        Assert.Equal(ErrorCode.CallerGone, Assert.Throws<WasmError>(() => caller.GetMemory()).Code);
    }

    [Fact]
    public void The_caller_is_gone_after_its_call_was_given_up()
    {
        var call = Begin("outer", 7);
        Park(call);
        var import = call.Import!;
        call.Drop(new WasmError(ErrorCode.Cancelled, "enough"));

        Assert.True(import.IsAnswered);
        Assert.Equal(ErrorCode.CallerGone, Assert.Throws<WasmError>(() => import.Caller.GetMemory()).Code);
        Assert.Equal(11, _guest.GetFunc("bump").Call<int>());
    }

    [Fact]
    public void An_inline_host_function_runs_within_a_slice_and_may_call_the_guest()
    {
        _inline = (caller, x) => caller.GetFunc("bump").Call<int>() + x;
        Assert.Equal(15, _guest.GetFunc("through").Call<int, int>(5));
        _inline = (_, _) => throw new InvalidOperationException("inline");
        Assert.Equal(ErrorCode.HostException, Assert.Throws<WasmError>(() => _guest.GetFunc("through").Call<int, int>(5)).Code);
    }

    [Fact]
    public void A_guest_below_a_host_function_cannot_wait()
    {
        WasmError? refused = null;
        _inline = (caller, x) =>
        {
            refused = Assert.Throws<WasmError>(() => caller.GetFunc("outer").Call<int, int>(x));
            return 1;
        };

        Assert.Equal(1, _guest.GetFunc("through").Call<int, int>(5));
        Assert.Equal(ErrorCode.CannotWait, refused!.Code);
    }

    [Fact]
    public void A_guest_below_a_host_function_ends_at_the_deadline()
    {
        _inline = (caller, x) =>
        {
            caller.GetFunc("spin").Call();
            return 1;
        };
        using var call = Begin("through", 1);
        call.Deadline = Engine.EpochClock.After(TimeSpan.FromMilliseconds(50));
        Assert.Equal(CallStep.Trapped, ToEnd(call));
        Assert.Equal(ErrorCode.DeadlineExceeded, call.Failure!.Code);
    }

    [Fact]
    public void A_call_that_nobody_steps_cannot_wait()
    {
        Assert.Equal(ErrorCode.CannotWait, Assert.Throws<WasmError>(() => _guest.GetFunc("outer").Call<int, int>(1)).Code);
        Assert.Equal(12, _guest.GetFunc("bump").Call<int>() + 1);
    }

    [Fact]
    public void A_stack_overflow_of_the_guest_is_a_trap()
    {
        Assert.Equal(TrapCode.StackOverflow, Assert.Throws<Trap>(() => _guest.GetFunc("deep").Call(10_000_000)).TrapCode);
        Assert.Equal(100, _guest.GetFunc("deep").Call<int, int>(100));
    }

    [Fact]
    public void Disposing_the_store_gives_up_what_is_paused()
    {
        var outer = Begin("outer", 7);
        Park(outer);
        var inner = Begin("spin");
        inner.Step();

        _store.Dispose();

        Assert.Equal(ErrorCode.StoreGone, inner.Failure!.Code);
        Assert.Equal(ErrorCode.StoreGone, outer.Failure!.Code);
        Assert.Equal(ErrorCode.StoreGone, Assert.Throws<WasmError>(() => outer.Step()).Code);
        Assert.Equal(0, Engine.StacksInUse);
    }

    [Fact]
    public void A_start_function_may_wait()
    {
        using var module = WasmModule.FromText(Engine, """
            (module
              (import "env" "ask" (func $ask (param i32 i32) (result i32)))
              (global $g (export "g") (mut i32) (i32.const 0))
              (func $start (global.set $g (call $ask (i32.const 20) (i32.const 22))))
              (start $start))
            """);
        using var store = new WasmStore(Engine);
        var work = store.BeginInstantiate(module, new ImportSet().DefineServedModule("env", "whole"));
        Park(work);
        Assert.Equal("whole", work.Import!.Func.Server);
        Assert.Equal("env::ask", work.Import.Func.FullName);
        work.Import.Return(Val.I32(42));
        Assert.Equal(CallStep.Completed, ToEnd(work));
        Assert.Equal(42, work.Instance!.GetGlobal("g").Get().AsI32());
    }

    [Fact]
    public void A_served_function_can_be_given_in_the_order_of_imports()
    {
        using var module = WasmModule.FromText(Engine, """
            (module
              (import "a" "b" (func $ask (param i32 i32) (result i32)))
              (func (export "f") (result i32) (call $ask (i32.const 1) (i32.const 2))))
            """);
        using var store = new WasmStore(Engine);
        var func = WasmFunc.FromDefinition(store, _ask);
        var call = store.BeginCall(store.Instantiate(module, [func]).GetFunc("f"));
        Park(call);
        call.Import!.Return(Val.I32(3));
        Assert.Equal(CallStep.Completed, ToEnd(call));
        Assert.Equal(3, call.Results.Value.AsI32());
    }

    [Fact]
    public void A_batch_runs_in_slices_and_can_park()
    {
        var batch = new BatchCall<int, int>(_guest.GetFunc("outer"), new[] { 1, 2, 3 });
        int parked = 0;
        while (batch.Step() is CallStep.Parked or CallStep.Yielded)
        {
            if (batch.Import is null)
            {
                continue;
            }

            parked++;
            batch.Import!.Return(Val.I32(batch.Import.Arguments[0].AsI32() * 100));
        }

        Assert.Equal(3, parked);
        Assert.Equal([101, 202, 303], batch.Results);
        var empty = new BatchCall<int, int>(_guest.GetFunc("outer"), ReadOnlyMemory<int>.Empty);
        Assert.Equal(CallStep.Completed, ToEnd(empty));
    }

    [Fact]
    public void A_direct_store_refuses_served_imports()
    {
        using var module = WasmModule.FromText(Engine, Guest);
        using var store = new WasmStore(Engine, new StoreOptions { Mode = ExecutionMode.Direct });
        var imports = new ImportSet().DefineServedModule("env", null);
        Assert.Equal(ErrorCode.NeedsPreemptive, Assert.Throws<WasmError>(() => store.Instantiate(module, imports)).Code);
        Assert.Equal(ErrorCode.NeedsPreemptive, Assert.Throws<WasmError>(() => WasmFunc.FromDefinition(store, _ask)).Code);
    }

    [Fact]
    public void The_mode_follows_from_the_settings_and_the_imports()
    {
        using var automatic = new WasmStore(Engine);
        using var preemptive = new WasmStore(Engine, new StoreOptions { Mode = ExecutionMode.Preemptive });
        using var direct = new WasmStore(Engine, new StoreOptions { Mode = ExecutionMode.Direct });
        Assert.False(automatic.IsPreemptive);
        Assert.True(preemptive.IsPreemptive);
        Assert.False(direct.IsPreemptive);
        Assert.True(_store.IsPreemptive);
    }

    [Fact]
    public void A_paused_guest_goes_on_on_another_thread()
    {
        using var call = Begin("sum", 100);
        var step = CallStep.Yielded;
        while (step is CallStep.Yielded or CallStep.Parked)
        {
            var failure = RunOnThread(() =>
            {
                call.Import?.Return(Val.I32(1));
                step = call.Step();
            });
            Assert.Null(failure);
        }

        Assert.Equal(CallStep.Completed, step);
        Assert.Equal(1, call.Results.Value.AsI32());
    }

    public void Dispose()
    {
        _store.Dispose();
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private static Exception? RunOnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));
        return failure;
    }

    private static void Park(GuestCall call)
    {
        var step = call.Step();
        while (step == CallStep.Yielded)
        {
            step = call.Step();
        }

        Assert.Equal(CallStep.Parked, step);
    }

    private static CallStep ToEnd(GuestCall call)
    {
        var step = call.Step();
        while (step == CallStep.Yielded)
        {
            step = call.Step();
        }

        return step;
    }

    private FuncCall Begin(string name, params object[] arguments)
    {
        var func = _guest.GetFunc(name);
        var call = _store.BeginCall(func);
        call.SetArguments([.. arguments.Select(a => a is long l ? Val.I64(l) : Val.I32((int)a))]);
        return call;
    }
}
