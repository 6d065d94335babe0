using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;

namespace WasmActors.Actors.Tests.Misuse;

/// <summary>Host functions that do what they should not, where guests share threads.</summary>
public sealed class HostFunctionMisuseTests(HostFixture fixture) : HostFunctionMisuseSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class HostFunctionMisuseOnThreadsTests(ThreadsFixture fixture) : HostFunctionMisuseSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>Whatever a host function does, its call is answered, the store serves on, and the process lives.</summary>
public abstract class HostFunctionMisuseSpec(HostFixture fixture)
{
    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task An_exception_that_throws_when_it_is_looked_at_is_an_ordinary_failure(ExecutionMode mode)
    {
        var guest = await fixture.NewAsync(Guests.Worker, Guests.HostImport(static _ => throw new HostileException()), Spec(mode));

        for (int i = 0; i < 3; i++)
        {
            var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("call_host").CallAsync(1));
            Assert.Equal("A host function threw HostileException: (its message could not be read: NotSupportedException)", error.Message);
            Assert.IsType<HostileException>(error.InnerException);
            Assert.Equal(i + 1, await guest.GetFunc("next").CallAsync<int>());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_from_a_delegate_that_answers_later(bool atOnce)
    {
        var guest = await fixture.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", async (int _) =>
        {
            if (!atOnce)
            {
                await Task.Yield();
            }

            return await Task.FromException<int>(new HostileException());
        }));
        var thrower = await fixture.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", Task<int> (int _) => throw new HostileException()));

        foreach (var instance in new[] { guest, thrower })
        {
            var error = await Expect.ErrorAsync(ErrorCode.HostException, instance.GetFunc("call_host").CallAsync(1));
            Assert.Contains("its message could not be read", error.Message);
            Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        }
    }

    [Fact]
    public async Task A_delegate_that_returns_no_task_at_all_is_an_ordinary_failure()
    {
        Task<int>? none = null;
        var guest = await fixture.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", Task<int> (int _) => none!));

        var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("call_host").CallAsync(1));

        Assert.IsType<NullReferenceException>(error.InnerException);
        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task A_host_function_that_blocks_on_its_own_store_is_answered_at_that_calls_deadline(ExecutionMode mode)
    {
        InstanceRef guest = null!;
        guest = await fixture.NewAsync(
            Guests.Worker,
            Guests.HostImport(_ => guest.GetFunc("next").CallAsync<int>(TimeSpan.FromMilliseconds(50)).AsTask().GetAwaiter().GetResult()),
            Spec(mode));

        var error = await Expect.ErrorAsync(ErrorCode.HostException, guest.GetFunc("call_host").CallAsync(1));

        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.IsType<WasmError>(error.InnerException).Code);
        Assert.StartsWith("A host function failed: call.deadline_exceeded: The call's deadline came while it waited for its store", error.Message);
        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task A_host_function_that_stops_its_own_store_is_answered_first(ExecutionMode mode)
    {
        InstanceRef guest = null!;
        Task stopping = Task.CompletedTask;
        guest = await fixture.NewAsync(
            Guests.Worker,
            Guests.HostImport(x =>
            {
                stopping = guest.Store.StopAsync().AsTask();
                return x;
            }),
            Spec(mode));

        Assert.Equal(5, await Expect.SoonAsync(guest.GetFunc("call_host").CallAsync<int, int>(5)));
        await Expect.SoonAsync(stopping);
        await Expect.ErrorAsync(ErrorCode.StoreGone, guest.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_host_function_that_disposes_the_store_under_it_is_refused()
    {
        string? code = null;
        var imports = new ImportSet().Define("env", "host", (WasmCaller caller, int x) =>
        {
            code = Assert.Throws<WasmError>(caller.Store.Dispose).Code;
            return x;
        });
        var guest = await fixture.NewAsync(Guests.Worker, imports);

        Assert.Equal(5, await guest.GetFunc("call_host").CallAsync<int, int>(5));
        Assert.Equal(ErrorCode.StoreInUse, code);
        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_second_thread_that_uses_the_store_under_a_host_function_is_refused()
    {
        var codes = new List<string>();
        var imports = new ImportSet().Define("env", "host", (WasmCaller caller, int x) =>
        {
            var store = caller.Store;
            var func = (Runtime.Stores.WasmFunc)caller.GetExport("next");
            foreach (Action use in new Action[] { store.Dispose, store.CollectGuestHeap, () => func.Call(), () => caller.GetExport("next") })
            {
                var thread = new Thread(() => codes.Add(Assert.Throws<WasmError>(use).Code), 16 << 20);
                thread.Start();
                thread.Join();
            }

            return x;
        });
        var guest = await fixture.NewAsync(Guests.Worker, imports);

        Assert.Equal(5, await guest.GetFunc("call_host").CallAsync<int, int>(5));
        Assert.Equal([ErrorCode.StoreInUse, ErrorCode.StoreInUse, ErrorCode.StoreInUse, ErrorCode.CallerGone], codes);
        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());
    }

    private static StoreSpec Spec(ExecutionMode mode) => new() { Options = new() { Mode = mode } };

    private sealed class HostileException : Exception
    {
        public override string Message => throw new NotSupportedException("no message");

        public override string ToString() => throw new NotSupportedException("no text");
    }
}
