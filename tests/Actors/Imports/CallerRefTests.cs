using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Imports;

/// <summary>The waiting instance by message, where guests share threads.</summary>
public sealed class CallerRefTests(HostFixture fixture) : CallerRefSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class CallerRefOnThreadsTests(ThreadsFixture fixture) : CallerRefSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>Row 11 and 12 for imports that are messages.</summary>
[Trait("Row", "11")]
public abstract class CallerRefSpec(HostFixture fixture)
{
    [Fact]
    public async Task The_caller_s_memory_globals_and_tables_are_reached()
    {
        var guest = await ServeAsync(async (caller, x) =>
        {
            Assert.Equal("hello", await caller.ReadStringAsync(16, 5));
            Assert.Equal(65536, await caller.GetSizeAsync());
            await caller.WriteStringAsync(100, "écu");
            await caller.WriteAsync(200, 0x01020304);
            Assert.Equal(0x01020304, await caller.ReadAsync<int>(200));
            Assert.Equal([4, 3], (await caller.ReadAsync(200, 2)).ToArray());
            Assert.Equal(1, await caller.GrowMemoryAsync(1));
            Assert.Equal(5, (await caller.GetGlobalAsync("g")).AsI32());
            await caller.SetGlobalAsync("g", 6);
            Assert.Equal(4, await caller.GetSizeAsync("table"));
            var element = (await caller.GetElementAsync("table", 1)).AsFunc();
            Assert.NotNull(element);
            Assert.True((await caller.GetElementAsync("table", 0)).IsNull);
            return x;
        });
        Assert.Equal(4, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(3)));
        Assert.Equal("écu", await guest.GetMemory().ReadStringAsync(100, 4));
        Assert.Equal(6, (await guest.GetGlobal("g").GetAsync()).AsI32());
        Assert.Equal(131072, await guest.GetMemory().GetLengthAsync());
    }

    [Fact]
    public async Task Wrong_uses_of_the_caller_are_errors_and_the_guest_still_waits()
    {
        var guest = await ServeAsync(async (caller, x) =>
        {
            await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, caller.ReadAsync(65530, 10));
            await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, caller.WriteAsync(65536, new byte[1]));
            await Expect.ErrorAsync(ErrorCode.ExportNotFound, caller.ReadAsync(0, 1, "nothing"));
            await Expect.ErrorAsync(ErrorCode.ExportWrongKind, caller.ReadAsync(0, 1, "g"));
            await Expect.ErrorAsync(ErrorCode.WrongType, caller.SetGlobalAsync("g", 1.5));
            await Expect.ErrorAsync(ErrorCode.TableOutOfRange, caller.GetElementAsync("table", 4));
            await Expect.ErrorAsync(ErrorCode.ExportWrongKind, caller.CallAsync("memory"));
            await Expect.ErrorAsync(ErrorCode.BadArguments, caller.CallAsync("plain", 1, 2));
            return x;
        });
        Assert.Equal(4, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(3)));
    }

    [Fact]
    public async Task Exports_of_the_caller_can_be_called_and_ask_themselves()
    {
        var guest = await ServeAsync(async (caller, x) =>
        {
            if (x <= 0)
            {
                return 0;
            }

            Assert.Equal(3 * x, (await caller.CallAsync("plain", x)).Value.AsI32());
            Assert.Equal("trap.unreachable", (await Expect.TrapAsync("trap.unreachable", caller.CallAsync("trap"))).Code);
            return (await caller.CallAsync("ask", x - 1)).Value.AsI32(); // which asks again
        });
        Assert.Equal(6, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(5)));
    }

    [Fact]
    public async Task The_store_is_looked_at_by_the_caller_and_by_its_own_handle()
    {
        var seen = new List<object?>();
        var guest = await ServeAsync(async (caller, x) =>
        {
            seen.Add(await caller.GetDataAsync());
            await caller.SetDataAsync("set");
            seen.Add(await caller.Store.GetDataAsync());
            seen.Add((await caller.Store.GetStatusAsync()).Activity);
            seen.Add((await caller.GetExportTypeAsync("plain")).Kind);
            Assert.Equal(ErrorCode.BadSettings, (await Assert.ThrowsAsync<WasmError>(() => caller.GetFuelAsync().AsTask())).Code);
            Assert.Equal(ErrorCode.BadSettings, (await Assert.ThrowsAsync<WasmError>(() => caller.SetFuelAsync(1).AsTask())).Code);
            Assert.Equal(ErrorCode.BadSettings, (await Assert.ThrowsAsync<WasmError>(() => caller.Store.GetFuelAsync().AsTask())).Code);
            await Assert.ThrowsAsync<ArgumentNullException>(() => caller.GetSizeAsync(null!).AsTask());
            return x;
        });
        await guest.Store.SetDataAsync("before");
        Assert.Equal(4, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(3)));

        Assert.Equal(["before", "set", StoreActivity.Parked, ExternKind.Func], seen);
    }

    [Fact]
    public async Task Handles_of_the_waiting_store_read_and_calls_of_it_stay_reentrant()
    {
        InstanceRef guest = null!;
        var codes = new List<string>();
        guest = await ServeAsync(async (_, x) =>
        {
            Assert.Equal(8, (await guest.GetMemory().ReadAsync(0, 8)).Length);
            Assert.Equal(5, (await guest.GetGlobal("g").GetAsync()).AsI32());
            Assert.True(await guest.GetMemory().GetLengthAsync() > 0);
            foreach (var use in new Func<Task>[] { () => guest.GetFunc("plain").CallAsync(1).AsTask(), () => guest.Store.SetDataAsync(1).AsTask(), () => guest.GetMemory().WriteAsync(0, 1).AsTask() })
            {
                codes.Add((await Assert.ThrowsAsync<WasmError>(use)).Code);
            }

            return x;
        });

        Assert.Equal(4, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(3)));

        Assert.All(codes, static code => Assert.Equal(ErrorCode.Reentrant, code));
    }

    [Fact]
    public async Task Memory_that_the_guest_imports_is_read_and_written()
    {
        var store = await fixture.Host.CreateStoreAsync(new StoreSpec { Options = Guests.EveryFeature });
        var memory = await store.CreateMemoryAsync(new MemoryType(1));
        await memory.WriteAsync(16, 7);
        var module = await fixture.Host.LoadTextAsync("""
            (module (import "env" "memory" (memory 1)) (import "env" "ask" (func $ask (param i32) (result i32)))
              (func (export "ask") (param i32) (result i32) (call $ask (local.get 0))))
            """);
        var guest = await store.InstantiateAsync(module, new ImportMap().Define("env", "memory", memory).Serve("env", "ask", async (CallerRef caller, int x) =>
        {
            await caller.WriteAsync(20, x);
            return await caller.ReadAsync<int>(16) + (int)await caller.GetSizeAsync();
        }));

        Assert.Equal(65_543, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(4)));
        Assert.Equal(4, await memory.ReadAsync<int>(20));
    }

    [Fact]
    public async Task Calls_nest_up_to_a_depth()
    {
        var guest = await ServeAsync(async (caller, x) => (await caller.CallAsync("ask", x)).Value.AsI32(), new() { Options = new() { Limits = new() { CallDepth = 20 } } });
        var error = await Expect.ErrorAsync(ErrorCode.TooDeep, guest.GetFunc("ask").CallAsync<int, int>(1));
        Assert.Contains("20 may be (StoreLimits.CallDepth)", error.Message);
        Assert.Equal(3, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(1)));
    }

    [Fact]
    public async Task Uses_of_the_caller_at_once_are_carried_out_one_by_one()
    {
        var guest = await ServeAsync(async (caller, x) =>
        {
            int[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => i % 2 == 0
                ? (await caller.CallAsync("plain", i)).Value.AsI32()
                : (await caller.GetGlobalAsync("g")).AsI32()));
            Assert.All(answers.Select((answer, i) => (answer, i)), a => Assert.Equal(a.i % 2 == 0 ? a.i * 3 : 5, a.answer));
            return x;
        });
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1)));
    }

    [Fact]
    public async Task After_the_answer_the_caller_is_gone()
    {
        CallerRef? kept = null;
        var guest = await ServeAsync((caller, x) =>
        {
            kept = caller;
            return Task.FromResult(x);
        });
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1)));
        await AssertGoneAsync(kept!);
    }

    [Fact]
    public async Task After_a_failure_and_a_cancellation_the_caller_is_gone()
    {
        CallerRef? kept = null;
        var wait = new TaskCompletionSource<int>();
        var guest = await ServeAsync((caller, x) =>
        {
            kept = caller;
            return x == 0 ? throw new Trap("no") : wait.Task;
        });
        await Expect.TrapAsync("trap.host", guest.GetFunc("ask").CallAsync<int, int>(0));
        await AssertGoneAsync(kept!);

        using var cancellation = new CancellationTokenSource();
        var call = guest.GetFunc("ask").CallAsync<int, int>(1, cancellation.Token).AsTask();
        await ServedImportSpec.Parked(guest);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(call));
        await AssertGoneAsync(kept!);
        wait.SetResult(1);
    }

    [Fact]
    public async Task An_answer_ends_what_the_answering_side_left_under_way()
    {
        Task<Results>? left = null;
        var guest = await ServeAsync((caller, x) =>
        {
            left = caller.CallAsync("spin").AsTask();
            return Task.FromResult(x);
        });
        Assert.Equal(2, await Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1)));
        await Expect.ErrorAsync(ErrorCode.CallerGone, () => left!);
    }

    private static async Task AssertGoneAsync(CallerRef caller)
    {
        await Expect.ErrorAsync(ErrorCode.CallerGone, caller.ReadAsync(0, 1));
        await Expect.ErrorAsync(ErrorCode.CallerGone, caller.WriteAsync(0, new byte[1]));
        await Expect.ErrorAsync(ErrorCode.CallerGone, caller.GetGlobalAsync("g"));
        await Expect.ErrorAsync(ErrorCode.CallerGone, caller.CallAsync("plain", 1));
    }

    private Task<InstanceRef> ServeAsync(Func<CallerRef, int, Task<int>> serve, StoreSpec? spec = null) =>
        fixture.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", serve), spec);
}
