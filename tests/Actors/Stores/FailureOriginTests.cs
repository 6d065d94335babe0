using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Failures of other stores that imports run into: they say nothing about the store whose guest called the import.</summary>
public sealed class FailureOriginTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    /// <summary>How the guest gets its answer out of another store.</summary>
    public enum By
    {
        /// <summary>A host function that blocks.</summary>
        Inline,

        /// <summary>A delegate that answers later.</summary>
        Delegate,

        /// <summary>An actor that answers with the failure it got.</summary>
        Actor,

        /// <summary>The other store's function itself.</summary>
        Store,
    }

    /// <summary>What is wrong with the other store.</summary>
    public enum Other
    {
        Gone,
        Late,
        LateWhileRunning,
        Full,
        Resting,
        Exits,
    }

    public static TheoryData<By, Other> All
    {
        get
        {
            var all = new TheoryData<By, Other>();
            foreach (var by in Enum.GetValues<By>())
            {
                foreach (var other in Enum.GetValues<Other>())
                {
                    if ((by, other) != (By.Store, Other.Late))
                    {
                        all.Add(by, other); // the time of an import that a store answers is the import's own
                    }
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_failure_of_another_store_is_the_cause_of_a_host_exception(By by, Other other)
    {
        await using var trouble = await TroubleAsync(other);
        var guest = await fixture.NewAsync(Guests.Worker, Import(by, trouble), new StoreSpec { Options = new() { Mode = by == By.Inline ? ExecutionMode.Direct : ExecutionMode.Automatic } });
        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());

        var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("call_host").CallAsync<int, int>(0));

        Assert.Equal((FailureOrigin.Import, null), (error.Origin, error.Fate));
        var cause = Assert.IsAssignableFrom<WasmException>(error.InnerException);
        Assert.Equal(trouble.Code, cause.Code);
        Assert.StartsWith($"A host function failed: {trouble.Code}: ", error.Message);
        Assert.NotEmpty(error.Frames);
        Assert.Equal(2, await guest.GetFunc("next").CallAsync<int>());
        Assert.Equal(1, (await guest.Store.GetStatusAsync()).Generation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trap_of_another_store_stays_a_trap_without_that_ones_fate(bool served)
    {
        var other = await fixture.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { AfterTrap = FailurePolicy.Replace });
        var guest = await fixture.NewAsync(Guests.Worker, served
            ? new ImportMap().Serve("env", "host", async (int x) =>
            {
                await other.GetFunc("trap").CallAsync();
                return x;
            })
            : Guests.HostImport(x =>
            {
                other.GetFunc("trap").CallAsync().AsTask().GetAwaiter().GetResult();
                return x;
            }));

        var trap = await Expect.TrapAsync("trap.unreachable", guest.GetFunc("call_host").CallAsync(1));

        Assert.Equal((FailureOrigin.Import, null), (trap.Origin, trap.Fate));
        Assert.Equal(1, (await guest.Store.GetStatusAsync()).Generation);
    }

    [Fact]
    public async Task A_trap_with_the_code_of_an_interruption_that_a_host_function_throws_interrupts_nothing()
    {
        var guest = await fixture.NewAsync(Guests.Worker, Guests.HostImport(static _ => throw new Trap(TrapCode.Interrupt)));
        await guest.GetFunc("next").CallAsync<int>();

        var trap = await Expect.TrapAsync("trap.interrupt", guest.GetFunc("call_host").CallAsync(1));

        Assert.Equal((FailureOrigin.Import, null), (trap.Origin, trap.Fate));
        Assert.Equal(2, await guest.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_guest_that_its_own_store_interrupts_below_a_host_function_is_interrupted()
    {
        var guest = await fixture.NewAsync(Guests.Worker, new ImportSet().Define("env", "host", (WasmCaller caller, int x) =>
        {
            caller.GetFunc("spin").Call();
            return x;
        }));

        var trap = await Expect.DeadlineTrapAsync(() => guest.GetFunc("call_host").CallAsync<int, int>(1, TimeSpan.FromMilliseconds(100)));

        Assert.Equal((FailureOrigin.Store, StoreFate.Replaced), (trap.Origin, trap.Fate));
    }

    [Fact]
    public async Task Failures_of_the_guests_own_store_keep_their_codes_and_say_that_an_import_had_them()
    {
        var guest = await fixture.NewAsync(Guests.Worker, new ImportSet().Define("env", "host", (WasmCaller caller, int _) => caller.GetFunc("none").ParamArity));

        var error = await Expect.ErrorAsync(ErrorCode.ExportNotFound, guest.GetFunc("call_host").CallAsync(1));

        Assert.Equal(FailureOrigin.Import, error.Origin);
        Assert.Equal(FailureOrigin.Store, (await Expect.ErrorAsync(ErrorCode.BadArguments, guest.GetFunc("call_host").CallAsync())).Origin);
    }

    [Fact]
    public async Task A_failure_object_that_a_host_function_throws_again_and_again_gets_no_fate()
    {
        var always = new Trap("out of ink");
        var guest = await fixture.NewAsync(Guests.Worker, Guests.HostImport(_ => throw always), new StoreSpec { AfterTrap = FailurePolicy.Replace });

        Assert.Equal(StoreFate.Replaced, (await Expect.TrapAsync("trap.host", guest.GetFunc("call_host").CallAsync(1))).Fate);
        Assert.Null(always.Fate);
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task The_same_of_a_store_without_an_actor(ExecutionMode mode)
    {
        using var gone = new WasmStore(fixture.Host.Engine);
        var module = await fixture.Host.LoadTextAsync("""(module (func (export "spin") (loop $l (br $l))))""");
        var late = new WasmStore(fixture.Host.Engine, new() { Limits = new() { Deadline = TimeSpan.FromMilliseconds(50) }, Mode = ExecutionMode.Direct });
        var spin = late.Instantiate(module).GetFunc("spin");
        gone.Dispose();
        var guest = await fixture.NewAsync(
            Guests.Worker,
            Guests.HostImport(x => x == 0 ? gone.Instantiate(module).Exports.Count : spin.Call().Count),
            new StoreSpec { Options = new() { Mode = mode } });
        await guest.GetFunc("next").CallAsync<int>();

        foreach (var (which, code) in new[] { (0, ErrorCode.StoreGone), (1, ErrorCode.DeadlineExceeded) })
        {
            var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("call_host").CallAsync<int, int>(which));
            Assert.Equal(code, Assert.IsAssignableFrom<WasmException>(error.InnerException).Code);
        }

        Assert.Equal(2, await guest.GetFunc("next").CallAsync<int>());
        late.Dispose();
    }

    private static ImportMap Import(By by, Trouble trouble) => by switch
    {
        By.Inline => Guests.HostImport(x => trouble.AskAsync(x).AsTask().GetAwaiter().GetResult()),
        By.Delegate => new ImportMap().Serve("env", "host", async (int x) => await trouble.AskAsync(x)),
        By.Actor => new ImportMap().Serve("env", "host", s_type, trouble.Answerer),
        _ => new ImportMap().Serve("env", "host", trouble.Function),
    };

    private async Task<Trouble> TroubleAsync(Other other)
    {
        var spec = new StoreSpec
        {
            QueueLimit = 1,
            AfterTrap = FailurePolicy.Replace,
            Restart = new() { MaxReplacements = 0, OpenFor = TimeSpan.FromHours(1), MaxOpenFor = TimeSpan.FromHours(1) },
            Options = Guests.EveryFeature with { Limits = new() { Deadline = TimeSpan.FromSeconds(other == Other.LateWhileRunning ? 1 : 60) } },
        };
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = await fixture.NewAsync(
            """
            (module
              (import "env" "wait" (func $wait))
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (func (export "echo") (param i32) (result i32) (local.get 0))
              (func (export "hold") (param i32) (result i32) (call $wait) (local.get 0))
              (func (export "spin") (param i32) (result i32) (loop $l (br $l)) (local.get 0))
              (func (export "trap") unreachable)
              (func (export "exit") (param i32) (result i32) (call $exit (i32.const 3)) (local.get 0)))
            """,
            new ImportMap(new ImportSet().DefineWasi()).Serve(
                "env",
                "wait",
                async () =>
                {
                    entered.TrySetResult();
                    await gate.Task;
                },
                within: TimeSpan.FromMinutes(5)),
            spec);
        return await Trouble.MakeAsync(fixture, other, store, entered.Task, gate);
    }

    /// <summary>A store that fails in one way.</summary>
    private sealed class Trouble(HostFixture fixture, FuncRef function, string code, TimeSpan? within, TaskCompletionSource gate, params Task[] callers) : IAsyncDisposable
    {
        internal string Code => code;

        internal FuncRef Function => function;

        internal IActorRef Answerer => fixture.Host.System.ActorOf(Props.Create(() => new Asker(this)));

        internal static async Task<Trouble> MakeAsync(HostFixture fixture, Other other, InstanceRef store, Task entered, TaskCompletionSource gate)
        {
            switch (other)
            {
                case Other.Gone:
                    await store.Store.StopAsync();
                    return new(fixture, store.GetFunc("echo"), ErrorCode.StoreGone, null, gate);
                case Other.LateWhileRunning:
                    return new(fixture, store.GetFunc("spin"), ErrorCode.DeadlineExceeded, null, gate);
                case Other.Exits:
                    return new(fixture, store.GetFunc("exit"), ErrorCode.WasiExit, null, gate);
                case Other.Resting:
                    await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(store.GetFunc("trap").CallAsync()));
                    await Expect.ConditionAsync(() => store.Store.Cell.Closed is not null, "its circuit is open");
                    return new(fixture, store.GetFunc("echo"), ErrorCode.CircuitOpen, null, gate);
                default:
                    var held = store.GetFunc("hold").CallAsync(1).AsTask();
                    await Expect.SoonAsync(entered);
                    if (other == Other.Late)
                    {
                        return new(fixture, store.GetFunc("echo"), ErrorCode.DeadlineExceeded, TimeSpan.FromMilliseconds(30), gate, held);
                    }

                    var waiting = store.GetFunc("echo").CallAsync(1).AsTask();
                    return new(fixture, store.GetFunc("echo"), ErrorCode.Busy, null, gate, held, waiting);
            }
        }

        internal async ValueTask<int> AskAsync(int x) => await function.CallAsync<int, int>(x, new CallOptions(within));

        public async ValueTask DisposeAsync()
        {
            gate.TrySetResult();
            await Task.WhenAll(callers);
        }
    }

    private sealed class Asker : ReceiveActor
    {
        public Asker(Trouble trouble) => ReceiveAsync<ImportProtocol.ImportCall>(async call =>
        {
            try
            {
                Sender.Tell(call.Returned(await trouble.AskAsync(0)));
            }
            catch (WasmException failure)
            {
                Sender.Tell(new ImportProtocol.ImportTrapped(call.Id, WasmFailure.From(failure)));
            }
        });
    }
}
