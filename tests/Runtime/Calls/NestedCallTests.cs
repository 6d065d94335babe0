using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Support;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Work that an inline host function begins in its own store, and how deep it nests; on stacks that can be left.</summary>
public sealed class NestedCallTests() : NestedCallSpec(new EngineSettings());

/// <summary>The same, a thread for each guest.</summary>
public sealed class NestedCallOnThreadsTests() : NestedCallSpec(new EngineSettings { PreemptOnThreads = true });

/// <summary>What holds however guests are paused.</summary>
public abstract class NestedCallSpec : IDisposable
{
    private const string Guest = """
        (module
          (import "env" "f" (func $f (param i32) (result i32)))
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (table (export "table") 2 funcref)
          (elem (i32.const 0) func $through)
          (global $kept (mut externref) (ref.null extern))
          (func $through (export "through") (param i32) (result i32) (call $f (local.get 0)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "ref") (param externref) (result externref) (global.set $kept (local.get 0)) (local.get 0))
          (func (export "func") (param funcref) (result funcref) (local.get 0))
          (func (export "plus") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
          (func $deep (export "deep") (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1))))
        """;

    private readonly WasmEngine _engine;
    private readonly WasmModule _module;
    private readonly List<WasmStore> _stores = [];
    private Func<WasmCaller, int, int> _host = static (_, x) => x;

    protected NestedCallSpec(EngineSettings settings)
    {
        _engine = new WasmEngine(settings);
        _module = WasmModule.FromText(_engine, Guest);
    }

    private bool SharesThreads => _engine.NoFibers is null;

    /// <summary>The kinds of stores: run to the end, in slices, in the strict profile, and with imports that are answered later.</summary>
    public enum Kind
    {
        Direct,
        Preemptive,
        Strict,
        Served,
    }

    [Theory]
    [InlineData(Kind.Direct)]
    [InlineData(Kind.Preemptive)]
    [InlineData(Kind.Strict)]
    [InlineData(Kind.Served)]
    public void A_host_function_calls_with_references_and_instantiates(Kind kind)
    {
        var guest = New(kind);
        var plain = WasmModule.FromText(_engine, """(module (global (export "g") i32 (i32.const 7)))""");
        object mine = new();
        _host = (caller, x) =>
        {
            Assert.Same(mine, caller.GetFunc("ref").Call(mine).Value.AsExternRef());
            Assert.Equal(caller.GetFunc("plus"), caller.GetFunc("func").Call(caller.GetFunc("plus")).Value.AsFuncRef());
            Assert.Equal(x + 1, caller.GetFunc("plus").Call<int, int>(x));
            Assert.Equal(x + 1, caller.GetFunc("plus").Call(x).Value.AsI32());
            var batch = new BatchCall<int, int>(caller.GetFunc("plus"), new[] { 1, 2, 3 });
            Assert.Equal(CallStep.Completed, batch.Step());
            Assert.Equal([2, 3, 4], batch.Results);
            if (kind != Kind.Strict)
            {
                Assert.Equal(7, caller.Store.Instantiate(plain).GetGlobal("g").Get().AsI32());
                Assert.Equal(7, caller.Store.Instantiate(plain, []).GetGlobal("g").Get().AsI32());
            }

            caller.Store.CollectGuestHeap();
            return x;
        };

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, guest.GetFunc("through").Call<int, int>(i));
        }
    }

    [Theory]
    [InlineData(Kind.Direct)]
    [InlineData(Kind.Preemptive)]
    [InlineData(Kind.Served)]
    public void Calls_nest_as_deep_as_real_programs_need_and_then_say_by_what_they_are_bounded(Kind kind)
    {
        var guest = New(kind);
        int deepest = 0;
        _host = (caller, depth) =>
        {
            deepest = Math.Max(deepest, depth);
            return depth == 150 ? 0 : caller.GetFunc("through").Call<int, int>(depth + 1);
        };
        Assert.Equal(0, guest.GetFunc("through").Call<int, int>(1));
        Assert.Equal(150, deepest);

        _host = (caller, depth) =>
        {
            deepest = Math.Max(deepest, depth);
            return caller.GetFunc("through").Call<int, int>(depth + 1);
        };
        var failure = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));
        Assert.True(deepest > 190, $"{deepest}");
        Assert.Equal(ErrorCode.TooDeep, failure.Code);
        Assert.Contains(kind == Kind.Direct || !SharesThreads ? "EngineSettings.MaxWasmStackBytes" : "200 guests of a store can have stacks of their own", failure.Message, StringComparison.Ordinal);
        _host = static (_, x) => x;
        Assert.Equal(5, guest.GetFunc("through").Call<int, int>(5));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public void Calls_with_numbers_only_nest_on_one_stack_and_are_bounded_by_it(ExecutionMode mode)
    {
        int deepest = 0;
        var guest = Numbers(mode, (caller, depth) =>
        {
            deepest = Math.Max(deepest, depth);
            return caller.GetFunc("through").Call<int, int>(depth + 1);
        });

        var failure = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));

        Assert.Equal(ErrorCode.TooDeep, failure.Code);
        Assert.Contains("EngineSettings.MaxWasmStackBytes", failure.Message, StringComparison.Ordinal);
        Assert.True(deepest > 190, $"{deepest}");
        Assert.InRange(_engine.StacksInUse, 0, 1);
    }

    [Theory]
    [InlineData(Kind.Direct)]
    [InlineData(Kind.Preemptive)]
    [InlineData(Kind.Served)]
    public void The_depth_is_a_setting(Kind kind)
    {
        var guest = New(kind, new StoreLimits { CallDepth = 7 });
        int deepest = 0;
        _host = (caller, depth) =>
        {
            deepest = Math.Max(deepest, depth);
            return caller.GetFunc("through").Call<int, int>(depth + 1);
        };

        var failure = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));

        Assert.Equal((ErrorCode.TooDeep, 7), (failure.Code, deepest));
        Assert.Contains("7 may be (StoreLimits.CallDepth)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Kind.Direct)]
    [InlineData(Kind.Preemptive)]
    [InlineData(Kind.Served)]
    public void A_guest_that_recurses_without_end_at_any_depth_of_nesting_traps_and_the_process_lives(Kind kind)
    {
        var guest = New(kind);
        for (int levels = 1; levels <= 4_000; levels = levels < 200 ? levels + 13 : levels * 2)
        {
            int bottom = levels;
            WasmException? first = null;
            _host = (caller, depth) =>
            {
                Span<byte> room = stackalloc byte[(depth % 5) * 1024];
                room.Fill((byte)depth);
                try
                {
                    return depth >= bottom
                        ? caller.GetFunc("deep").Call<int, int>(1)
                        : caller.GetFunc("through").Call<int, int>(depth + 1) + (room.IsEmpty ? 0 : room[^1]);
                }
                catch (WasmException failure)
                {
                    first ??= failure;
                    throw;
                }
            };

            Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));
            Assert.True(first is Trap { TrapCode: TrapCode.StackOverflow } or { Code: ErrorCode.TooDeep or ErrorCode.StackTooSmall }, first?.ToString());
        }
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public void The_same_of_calls_with_numbers_only_which_share_one_stack(ExecutionMode mode)
    {
        int bottom = 0;
        var guest = Numbers(mode, (caller, depth) =>
        {
            Span<byte> room = stackalloc byte[(depth % 5) * 1024];
            room.Fill((byte)depth);
            return depth >= bottom
                ? caller.GetFunc("deep").Call<int, int>(1)
                : caller.GetFunc("through").Call<int, int>(depth + 1) + (room.IsEmpty ? 0 : room[^1]);
        });

        for (bottom = 1; bottom <= 4_000; bottom = bottom < 300 ? bottom + 7 : bottom * 2)
        {
            var failure = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));
            Assert.True(failure is Trap { TrapCode: TrapCode.StackOverflow } or { Code: ErrorCode.TooDeep or ErrorCode.StackTooSmall }, failure.ToString());
        }
    }

    [Fact]
    public void Nested_calls_with_references_are_bounded_by_their_stacks()
    {
        foreach (var kind in new[] { Kind.Direct, Kind.Preemptive, Kind.Served })
        {
            var guest = New(kind);
            int deepest = 0;
            _host = (caller, depth) =>
            {
                deepest = Math.Max(deepest, depth);
                caller.GetFunc("func").Call(caller.GetFunc("plus"));
                return caller.GetTable("table").Get(0).AsFuncRef()!.Call(depth + 1).Value.AsI32();
            };

            var failure = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("through").Call<int, int>(1));
            Assert.Equal(ErrorCode.TooDeep, failure.Code);
            Assert.True(deepest >= 150, $"{kind}: {deepest}");
        }
    }

    [Theory]
    [InlineData(Kind.Preemptive)]
    [InlineData(Kind.Served)]
    public async Task Deep_nesting_with_references_and_instances_outlives_collections(Kind kind)
    {
        var guest = New(kind, new StoreLimits { Instances = null });
        var plain = WasmModule.FromText(_engine, """(module (func (export "f") (result i32) (i32.const 4)))""");
        await using var collections = new ConstantCollections();
        _host = (caller, depth) =>
        {
            object kept = new string('x', depth + 1);
            Assert.Same(kept, caller.GetFunc("ref").Call(kept).Value.AsExternRef());
            if (depth % 10 == 0)
            {
                Assert.Equal(4, caller.Store.Instantiate(plain).GetFunc("f").Call<int>());
            }

            int below = depth == 0 ? 0 : caller.GetFunc("through").Call<int, int>(depth - 1);
            Assert.Equal(depth + 1, ((string)kept).Length);
            return below + 1;
        };
        long end = Environment.TickCount64 + 2_000;
        for (int round = 0; round < 1_000 && Environment.TickCount64 < end; round++) // three instances each: a store holds 10,000
        {
            Assert.Equal(21, guest.GetFunc("through").Call<int, int>(20));
        }
    }

    public void Dispose()
    {
        _stores.ForEach(static store => store.Dispose());
        _module.Dispose();
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private WasmInstance Numbers(ExecutionMode mode, Func<WasmCaller, int, int> host)
    {
        using var numbers = WasmModule.FromText(_engine, """
            (module
              (import "env" "f" (func $f (param i32) (result i32)))
              (func (export "through") (param i32) (result i32) (call $f (local.get 0)))
              (func $deep (export "deep") (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1))))
            """);
        var store = new WasmStore(_engine, new StoreOptions { Mode = mode, Limits = new StoreLimits { CallDepth = 10_000 } });
        _stores.Add(store);
        return store.Instantiate(numbers, new ImportSet().Define("env", "f", host));
    }

    private WasmInstance New(Kind kind, StoreLimits? limits = null)
    {
        var options = kind == Kind.Strict ? StoreOptions.For(StoreProfile.Strict) : new StoreOptions { Mode = kind == Kind.Direct ? ExecutionMode.Direct : ExecutionMode.Preemptive };
        var store = new WasmStore(_engine, options with { Limits = limits ?? options.Limits, Features = WasmFeatures.All });
        _stores.Add(store);
        var type = new FuncType([ValType.I32], [ValType.I32]);
        var imports = new ImportSet().Define("env", "f", new Func<WasmCaller, int, int>((caller, x) => _host(caller, x)));
        imports = kind == Kind.Served
            ? imports.Define("env", "ask", new ServedFunc("env", "ask", type, "server"))
            : imports.Define("env", "ask", static (int x) => x);
        return store.Instantiate(_module, imports);
    }
}
