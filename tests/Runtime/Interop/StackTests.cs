using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Support;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>Host functions on stacks of Wasmtime's.</summary>
public sealed class StackTests() : StackSpec(new EngineSettings { MaxStacks = 2 });

/// <summary>The same, a thread for each guest.</summary>
public sealed class StackOnThreadsTests() : StackSpec(new EngineSettings { MaxStacks = 2, PreemptOnThreads = true });

/// <summary>What holds for the stacks of guests that can be paused, however they are.</summary>
public abstract class StackSpec : IDisposable
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (import "env" "inline" (func $inline (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "plain") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
          (func (export "through") (param i32) (result i32) (call $inline (local.get 0))))
        """;

    private const string Plain = """(module (func (export "plain") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))""";

    private readonly WasmEngine _engine;
    private readonly WasmModule _module;
    private readonly WasmModule _plain;
    private readonly List<WasmStore> _stores = [];
    private Func<WasmCaller, int, int> _inline = (_, x) => x;

    protected StackSpec(EngineSettings settings)
    {
        _engine = new WasmEngine(settings);
        _module = WasmModule.FromText(_engine, Guest);
        _plain = WasmModule.FromText(_engine, Plain);
    }

    private bool SharesThreads => _engine.NoFibers is null;

    [Fact]
    public void The_guest_that_finds_no_stack_is_refused_until_another_store_is_disposed()
    {
        var first = NewGuest();
        var second = NewGuest();
        var calls = new[] { Parked(first), Parked(second) };
        Assert.Equal(2, _engine.StacksInUse);

        var third = NewStore();
        var refused = Assert.Throws<WasmError>(() => Instantiate(third).GetFunc("plain").Call<int, int>(1));
        Assert.Equal(ErrorCode.NoStack, refused.Code);
        Assert.Contains("MaxStacks", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, _engine.StacksInUse);

        _stores[0].Dispose();
        Assert.Equal(ErrorCode.StoreGone, calls[0].Failure!.Code);
        var call = Parked(Instantiate(third));
        call.Import!.Return(Val.I32(8));
        Assert.Equal(CallStep.Completed, ToEnd(call));
        calls[1].Import!.Return(Val.I32(9));
        Assert.Equal(CallStep.Completed, ToEnd(calls[1]));
    }

    [Fact]
    public void Stacks_are_given_back_when_stores_are_disposed()
    {
        for (int i = 0; i < 20; i++)
        {
            Parked(NewGuest());
            Assert.InRange(_engine.StacksInUse, 1, 2);
            _stores[^1].Dispose();
            Assert.Equal(0, _engine.StacksInUse);
        }
    }

    [Fact]
    public async Task Host_functions_on_guests_stacks_and_waiting_guests_outlive_collections()
    {
        var guest = NewGuest();
        var waiting = Parked(guest);
        _inline = (_, depth) => Recurse(depth).Length;
        await using var collections = new ConstantCollections(lowest: 0);
        long end = Environment.TickCount64 + 1500;
        for (int i = 0; Environment.TickCount64 < end; i++)
        {
            // It nests in the guest that waits, on a stack of its own or on the waiting guest's thread.
            Assert.Equal(i % 40, guest.GetFunc("through").Call<int, int>(i % 40));
            var failure = Assert.Throws<WasmError>(() => guest.GetFunc("through").Call<int, int>(-1 - (i % 40)));
            Assert.Equal("deep", failure.InnerException!.Message);
            waiting.Import!.Return(Val.I32(i));
            Assert.Equal(CallStep.Completed, ToEnd(waiting));
            Assert.Equal(i, waiting.Results.Value.AsI32());
            waiting.Dispose();
            waiting = Parked(guest);
        }
    }

    [Fact]
    public void Host_functions_and_guests_that_call_each_other_without_end_are_refused()
    {
        var guest = NewGuest();
        int levels = 0;
        WasmException? first = null;
        _inline = (caller, x) =>
        {
            levels++;
            Span<byte> room = stackalloc byte[48 * 1024];
            room.Fill((byte)x);
            try
            {
                return caller.GetFunc("through").Call<int, int>(x + 1) + room[^1];
            }
            catch (WasmException failure)
            {
                first ??= failure;
                throw;
            }
        };

        Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));
        Assert.InRange(levels, 2, 64);
        Assert.True(first is Trap { TrapCode: TrapCode.StackOverflow } or { Code: ErrorCode.StackTooSmall or ErrorCode.TooDeep or ErrorCode.NoStack }, first?.ToString());
        _inline = (_, x) => x;
        Assert.Equal(5, guest.GetFunc("through").Call<int, int>(5));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public void A_host_function_calls_a_guest_of_another_store(ExecutionMode mode)
    {
        var guest = NewGuest();
        var other = NewStore(mode).Instantiate(_plain);
        _inline = (_, x) => other.GetFunc("plain").Call<int, int>(x);

        Assert.Equal(6, guest.GetFunc("through").Call<int, int>(5));
        Assert.Equal(7, other.GetFunc("plain").Call<int, int>(6)); // as before from outside
    }

    [Fact]
    public void A_host_function_that_calls_a_store_with_served_imports_gets_an_answer_or_is_refused()
    {
        var guest = NewGuest();
        var other = NewGuest();
        WasmError? refused = null;
        _inline = (_, x) =>
        {
            refused = Assert.Throws<WasmError>(() => other.GetFunc("ask").Call<int, int>(x));
            return SharesThreads ? x : other.GetFunc("plain").Call<int, int>(x);
        };

        Assert.Equal(SharesThreads ? 5 : 6, guest.GetFunc("through").Call<int, int>(5));
        Assert.Equal(ErrorCode.CannotWait, refused!.Code);
        Assert.Equal(6, other.GetFunc("plain").Call<int, int>(5));
    }

    [Fact]
    public void A_host_function_on_a_shared_threads_guest_cannot_go_on_with_another_stores_guest()
    {
        var guest = NewGuest();
        var waiting = Parked(NewGuest());
        waiting.Import!.Return(Val.I32(3));
        Exception? refused = null;
        _inline = (_, x) =>
        {
            refused = Record.Exception(() => { ToEnd(waiting); });
            return x;
        };

        Assert.Equal(5, guest.GetFunc("through").Call<int, int>(5));
        Assert.Equal(SharesThreads ? ErrorCode.CannotWait : null, (refused as WasmError)?.Code);
        if (SharesThreads)
        {
            Assert.True(waiting.IsPaused);
            Assert.Equal(CallStep.Completed, ToEnd(waiting));
        }

        Assert.Equal(3, waiting.Results.Value.AsI32());
    }

    public void Dispose()
    {
        _stores.ForEach(static store => store.Dispose());
        int left = _engine.StacksInUse;
        _module.Dispose();
        _plain.Dispose();
        _engine.Dispose();
        GC.SuppressFinalize(this);
        Assert.Equal(0, left);
    }

    // Allocates and recurses; a depth below zero ends in an exception that unwinds all of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Recurse(int depth)
    {
        string one = new('x', 1);
        return depth switch
        {
            0 => "",
            -1 => throw new InvalidOperationException("deep"),
            > 0 => Recurse(depth - 1) + one,
            _ => Recurse(depth + 1) + one,
        };
    }

    private static FuncCall Parked(WasmInstance guest)
    {
        var call = guest.Store.BeginCall(guest.GetFunc("ask"));
        call.SetArguments([Val.I32(1)]);
        Assert.Equal(CallStep.Parked, ToEnd(call));
        return call;
    }

    private static CallStep ToEnd(FuncCall call)
    {
        var step = call.Step();
        while (step == CallStep.Yielded)
        {
            step = call.Step();
        }

        return step;
    }

    private WasmInstance NewGuest() => Instantiate(NewStore());

    private WasmInstance Instantiate(WasmStore store) => store.Instantiate(
        _module,
        new ImportSet()
            .Define("env", "ask", new ServedFunc("env", "ask", new FuncType([ValType.I32], [ValType.I32]), "server"))
            .Define("env", "inline", new Func<WasmCaller, int, int>((caller, x) => _inline(caller, x))));

    private WasmStore NewStore(ExecutionMode mode = ExecutionMode.Automatic)
    {
        var store = new WasmStore(_engine, new StoreOptions { Mode = mode, Limits = new StoreLimits { Deadline = TimeSpan.FromSeconds(20) } });
        _stores.Add(store);
        return store;
    }
}
