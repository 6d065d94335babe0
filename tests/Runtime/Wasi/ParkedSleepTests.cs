using System.Diagnostics;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>A guest that can be paused and sleeps is left until its time has come: on a stack of its own, and on a thread of its own.</summary>
public sealed class ParkedSleepTests
{
    private const string Sleeper = """
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "sleep") (param $nanoseconds i64) (result i32)
            (i64.store (i32.const 0) (i64.const 7))
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (local.get $nanoseconds))
            (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512)))
          (func (export "raw") (param i32 i32 i32 i32) (result i32)
            (call $poll (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
          (func (export "events") (result i64)
            (i64.add (i64.load (i32.const 256)) (i64.shl (i64.load32_u (i32.const 512)) (i64.const 32)))))
        """;

    // One event, with the subscription's own data.
    private const long OneEvent = 7 + (1L << 32);
    private const long Millisecond = 1_000_000;
    private const long TicksOfMillisecond = TimeSpan.TicksPerMillisecond;

    private static readonly ImportSet s_wasi = new ImportSet().DefineWasi();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_sleeps_is_parked_until_its_time_has_come(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using var call = guest.Begin(5 * Millisecond);

        Assert.Equal(CallStep.Parked, GoOn(call));
        Assert.Equal("wasi_snapshot_preview1::poll_oneoff", call.Import!.Func.FullName);
        Assert.Equal(guest.Clock.GetTimestamp() + (5 * TicksOfMillisecond), call.Import.WakesAt);
        guest.Clock.Ticks += (5 * TicksOfMillisecond) - 1;
        Assert.Equal(CallStep.Parked, GoOn(call));
        guest.Clock.Ticks++;
        Assert.Equal(CallStep.Completed, GoOn(call));
        Assert.Equal(0, call.Results.Value.AsI32());
        Assert.Equal(OneEvent, guest.Instance.GetFunc("events").Call<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_need_not_wait_is_not_parked(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using var call = guest.Begin(0);
        Assert.Equal(CallStep.Completed, GoOn(call));
        Assert.Equal(OneEvent, guest.Instance.GetFunc("events").Call<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_sleeps_ends_at_its_deadline(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using var call = guest.Begin(60_000 * Millisecond);
        call.Deadline = guest.Clock.GetTimestamp() + (10 * TicksOfMillisecond);
        Assert.Equal(CallStep.Parked, GoOn(call));
        guest.Clock.Ticks += 10 * TicksOfMillisecond;

        StepUntilTrapped(call); // the engine's clock sees the time a tick later
        Assert.Equal(ErrorCode.DeadlineExceeded, call.Failure!.Code);
        Assert.NotEmpty(Assert.IsType<Trap>(call.Failure).Frames);
        Assert.Equal(0, guest.Instance.GetFunc("events").Call<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_sleeps_ends_when_its_call_is_cancelled(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using var call = guest.Begin(60_000 * Millisecond);
        var signal = new Signal();
        call.Signal = signal;
        Assert.Equal(CallStep.Parked, GoOn(call));
        signal.Interruption = Interruption.Cancelled;
        Assert.Equal(CallStep.Trapped, GoOn(call));
        Assert.Equal(ErrorCode.Cancelled, call.Failure!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_sleeps_can_be_given_up_and_its_store_serves_on(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using (var call = guest.Begin(60_000 * Millisecond))
        {
            Assert.Equal(CallStep.Parked, GoOn(call));
            call.Drop(new WasmError(ErrorCode.Cancelled, "given up"));
        }

        using var next = guest.Begin(0);
        Assert.Equal(CallStep.Completed, GoOn(next));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wrong_questions_are_answered_or_trap_as_in_a_direct_store(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        var raw = guest.Instance.GetFunc("raw");
        Assert.Equal(28, raw.Call<int, int, int, int, int>(0, 256, 0, 512));
        Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => raw.Call<int, int, int, int, int>(65_500, 256, 1, 512)).TrapCode);
        Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => raw.Call<int, int, int, int, int>(0, 65_520, 1, 512)).TrapCode);
    }

    [Fact]
    public void Many_guests_sleep_at_once_on_one_thread()
    {
        using var first = new Guest(onThreads: false);
        var stores = Enumerable.Range(0, 100).Select(_ => first.Another()).ToArray();
        var calls = stores.Select(static s => s.Begin(5 * Millisecond)).ToArray();
        Assert.All(calls, static c => Assert.Equal(CallStep.Parked, GoOn(c)));
        first.Clock.Ticks += 5 * TicksOfMillisecond;
        Assert.All(calls, static c => Assert.Equal(CallStep.Completed, GoOn(c)));
        Array.ForEach(calls, static c => c.Dispose());
        Array.ForEach(stores, static s => s.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_synchronous_call_sleeps_on_its_own_thread_and_returns(bool onThreads)
    {
        using var guest = new Guest(onThreads, TimeProvider.System);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(0, guest.Instance.GetFunc("sleep").Call<long, int>(3 * Millisecond));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(3));
        var trap = Assert.Throws<Trap>(() => guest.With(TimeSpan.FromMilliseconds(20)).Instance.GetFunc("sleep").Call<long, int>(60_000 * Millisecond));
        Assert.Equal(ErrorCode.DeadlineExceeded, trap.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Below_a_host_function_the_guest_sleeps_where_it_is(bool onThreads)
    {
        using var guest = new Guest(onThreads, TimeProvider.System);
        using var outer = WasmModule.FromText(guest.Store.Engine, """
            (module (import "host" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))
            """);
        var inner = guest.Instance.GetFunc("sleep");
        var imports = new ImportSet().Define("host", "f", () => inner.Call<long, int>(2 * Millisecond));
        using var call = guest.Store.BeginCall(guest.Store.Instantiate(outer, imports).GetFunc("run"));
        Assert.Equal((CallStep.Completed, 0), (GoOn(call), call.Results.Value.AsI32()));
        Assert.Equal(OneEvent, guest.Instance.GetFunc("events").Call<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_with_objects_of_its_store_among_its_imports_is_parked_too(bool onThreads)
    {
        using var guest = new Guest(onThreads);
        using var module = WasmModule.FromText(guest.Store.Engine, """
            (module
              (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
              (import "env" "memory" (memory 1)) (export "memory" (memory 0))
              (func (export "sleep") (result i32)
                (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 1000))
                (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))
            """);
        var imports = s_wasi.Copy().Define("env", "memory", WasmMemory.Create(guest.Store, new MemoryType(1)));
        using var call = guest.Store.BeginCall(guest.Store.Instantiate(module, imports).GetFunc("sleep"));
        Assert.Equal(CallStep.Parked, GoOn(call));
        guest.Clock.Ticks += 10;
        Assert.Equal(CallStep.Completed, GoOn(call));
    }

    // A step may also end because the guest's time slice does.
    private static CallStep GoOn(FuncCall call)
    {
        CallStep step;
        while ((step = call.Step()) == CallStep.Yielded)
        {
        }

        return step;
    }

    private static void StepUntilTrapped(FuncCall call)
    {
        var watch = Stopwatch.StartNew();
        CallStep step;
        while ((step = GoOn(call)) == CallStep.Parked && watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            Thread.Yield();
        }

        Assert.Equal(CallStep.Trapped, step);
    }

    private sealed class Signal : ICallSignal
    {
        public Interruption? Interruption { get; set; }
    }

    /// <summary>The sleeper in a preemptive store of its own.</summary>
    private sealed class Guest : IDisposable
    {
        private readonly WasmEngine? _engine;
        private readonly WasmModule _module;
        private readonly List<Guest> _others = [];

        public Guest(bool onThreads, TimeProvider? clock = null)
        {
            _engine = new WasmEngine(new EngineSettings { PreemptOnThreads = onThreads, Clock = clock ?? Clock });
            _module = WasmModule.FromText(_engine, Sleeper);
            (Store, Instance) = Make(_engine, TimeSpan.FromSeconds(30));
        }

        private Guest(Guest first, TimeSpan deadline)
        {
            (_module, Clock) = (first._module, first.Clock);
            (Store, Instance) = Make(first.Store.Engine, deadline);
        }

        public SetClock Clock { get; } = new();

        public WasmStore Store { get; }

        public WasmInstance Instance { get; }

        public Guest Another() => new(this, TimeSpan.FromSeconds(30));

        public Guest With(TimeSpan deadline)
        {
            _others.Add(new Guest(this, deadline));
            return _others[^1];
        }

        public FuncCall Begin(long nanoseconds)
        {
            var call = Store.BeginCall(Instance.GetFunc("sleep"));
            call.SetArguments(Val.I64(nanoseconds));
            return call;
        }

        public void Dispose()
        {
            _others.ForEach(static o => o.Dispose());
            Store.Dispose();
            if (_engine is not null)
            {
                _module.Dispose();
                _engine.Dispose();
            }
        }

        private (WasmStore Store, WasmInstance Instance) Make(WasmEngine engine, TimeSpan deadline)
        {
            var store = new WasmStore(engine, new StoreOptions { Mode = ExecutionMode.Preemptive, Limits = new() { Deadline = deadline } });
            return (store, store.Instantiate(_module, s_wasi));
        }
    }
}
