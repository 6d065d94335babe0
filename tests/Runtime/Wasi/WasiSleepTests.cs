using System.Diagnostics;
using WasmActors.Guests;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>Clocks and <c>poll_oneoff</c>: programs really sleep, and never longer than their call may last.</summary>
public sealed class WasiSleepTests(WasiGuests guests) : IClassFixture<WasiGuests>
{
    // Subscriptions and events are built by hand: libc's poll and nanosleep use only some of what there is.
    private const string Polling = """
        #include <wasi/api.h>
        #include <stdint.h>
        #define EXPORT(name) __attribute__((export_name(#name)))

        static __wasi_subscription_t in[4];
        static __wasi_event_t out[4];
        static __wasi_size_t count;

        static void at(int i, __wasi_clockid_t id, uint64_t time, int absolute) {
            in[i] = (__wasi_subscription_t){.userdata = 100 + i, .u = {.tag = __WASI_EVENTTYPE_CLOCK, .u.clock = {.id = id, .timeout = time, .flags = absolute}}};
        }

        static uint64_t now(__wasi_clockid_t id) {
            __wasi_timestamp_t time = 0;
            return __wasi_clock_time_get(id, 1, &time) ? 0 : time;
        }

        EXPORT(clock) uint64_t clock_of(int id) { return now(id); }

        EXPORT(clock_error) int clock_error(int id) { __wasi_timestamp_t time; return __wasi_clock_time_get(id, 1, &time); }

        EXPORT(sleep) int sleep_for(int id, uint64_t nanoseconds, int absolute) {
            at(0, id, absolute ? now(id) + nanoseconds : nanoseconds, absolute);
            return __wasi_poll_oneoff(in, out, 1, &count);
        }

        // A clock of a minute, one of a millisecond, one of the past.
        EXPORT(several) int several(int past) {
            at(0, __WASI_CLOCKID_MONOTONIC, 60000000000, 0);
            at(1, __WASI_CLOCKID_MONOTONIC, 1000000, 0);
            at(2, __WASI_CLOCKID_REALTIME, 5, 1);
            return __wasi_poll_oneoff(in, out, past ? 3 : 2, &count);
        }

        // A clock of a minute, with standard input and output.
        EXPORT(files) int files(void) {
            at(0, __WASI_CLOCKID_MONOTONIC, 60000000000, 0);
            in[1] = (__wasi_subscription_t){.userdata = 201, .u = {.tag = __WASI_EVENTTYPE_FD_READ, .u.fd_read.file_descriptor = 0}};
            in[2] = (__wasi_subscription_t){.userdata = 202, .u = {.tag = __WASI_EVENTTYPE_FD_WRITE, .u.fd_write.file_descriptor = 1}};
            return __wasi_poll_oneoff(in, out, 3, &count);
        }

        EXPORT(raw) int raw(const void *asked, void *events, int number, void *written) {
            return __wasi_poll_oneoff(asked, events, number, written);
        }

        EXPORT(unknown) int unknown(int kind) { at(0, 1, 0, 0); in[0].u.tag = kind; return __wasi_poll_oneoff(in, out, 1, &count); }
        EXPORT(events) int events(void) { return count; }
        EXPORT(event) uint64_t event(int i) { return out[i].userdata | (uint64_t)out[i].type << 32 | (uint64_t)out[i].error << 48; }
        """;

    [SkippableFact]
    public async Task A_program_that_sleeps_50_ms_sleeps_them_and_goes_on()
    {
        var watch = Stopwatch.StartNew();
        var module = await guests.FileAsync("sleep.c");
        watch.Restart();
        Assert.Equal(0, guests.Run(module, new WasiOptions { Args = ["sleep", "50"] }).Status);
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 50, 5000);
    }

    [SkippableFact]
    public async Task A_program_that_sleeps_a_minute_ends_at_its_deadline()
    {
        using var store = guests.NewStore(new WasiOptions { Args = ["sleep", "60000"] }, TimeSpan.FromMilliseconds(200));
        var instance = store.Instantiate(await guests.FileAsync("sleep.c"), WasiGuests.Imports);
        var watch = Stopwatch.StartNew();
        var trap = Assert.Throws<Trap>(() => instance.RunCommand());
        Assert.Equal((TrapCode.Interrupt, ErrorCode.DeadlineExceeded), (trap.TrapCode, trap.Code));
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 195, 5000);
        Assert.NotEmpty(trap.Frames);
    }

    [SkippableFact]
    public async Task A_program_that_sleeps_ends_when_its_call_is_cancelled()
    {
        using var store = guests.NewStore(new WasiOptions { Args = ["sleep", "60000"] });
        var instance = store.Instantiate(await guests.FileAsync("sleep.c"), WasiGuests.Imports);
        using var call = store.BeginCall(instance.GetFunc("_start"));
        call.Signal = new Cancelled(after: 3);
        Assert.Equal(CallStep.Trapped, call.Step());
        Assert.Equal(ErrorCode.Cancelled, call.Failure!.Code);
    }

    [SkippableTheory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task Clocks_of_both_kinds_wait_for_absolute_and_relative_times(int clock, bool absolute)
    {
        using var store = guests.NewStore(null);
        var instance = await PollingAsync(store);
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, instance.GetFunc("sleep").Call(clock, 30_000_000L, absolute ? 1 : 0).Value.AsI32());
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 29, 5000);
        Assert.Equal([100UL], Events(instance));
    }

    [SkippableFact]
    public async Task The_clocks_are_those_of_the_engine()
    {
        var clock = new SetClock();
        using var engine = new WasmEngine(new EngineSettings { Clock = clock });
        using var store = new WasmStore(engine);
        var module = WasmModule.FromFile(engine, await FileAsync());
        var instance = store.Instantiate(module, WasiGuests.Imports);
        instance.GetFunc("_initialize").Call();
        var read = instance.GetFunc("clock");
        Assert.Equal(0L, read.Call<int, long>(1));
        Assert.Equal(1_767_225_600_000_000_000L, read.Call<int, long>(0));
        clock.Ticks += 25;
        Assert.Equal(2_500L, read.Call<int, long>(1));
        Assert.Equal(1_767_225_600_000_002_500L, read.Call<int, long>(0));
    }

    [SkippableFact]
    public async Task A_sleep_of_no_time_returns_at_once_even_on_a_clock_that_stands()
    {
        using var engine = new WasmEngine(new EngineSettings { Clock = new SetClock() });
        using var store = new WasmStore(engine);
        var instance = store.Instantiate(WasmModule.FromFile(engine, await FileAsync()), WasiGuests.Imports);
        Assert.Equal(0, instance.GetFunc("sleep").Call(1, 0L, 0).Value.AsI32());
        Assert.Equal([100UL], Events(instance));
    }

    [SkippableFact]
    public async Task Only_the_clocks_that_are_due_are_answered()
    {
        using var store = guests.NewStore(null);
        var instance = await PollingAsync(store);
        Assert.Equal(0, instance.GetFunc("several").Call<int, int>(0));
        Assert.Equal([101UL], Events(instance));
        Assert.Equal(0, instance.GetFunc("several").Call<int, int>(1));
        Assert.Contains(102UL, Events(instance));
        Assert.DoesNotContain(100UL, Events(instance));
    }

    [SkippableFact]
    public async Task Files_are_ready_at_once()
    {
        using var store = guests.NewStore(null, TimeSpan.FromSeconds(10));
        var instance = await PollingAsync(store);
        Assert.Equal(0, instance.GetFunc("files").Call<int>());
        Assert.Equal([201UL | (1UL << 32), 202UL | (2UL << 32)], Events(instance));
    }

    [SkippableFact]
    public async Task A_sleep_longer_than_any_clock_counts_still_ends_at_the_deadline()
    {
        using var store = guests.NewStore(null, TimeSpan.FromMilliseconds(100));
        var instance = await PollingAsync(store);
        foreach (long time in new[] { -1L, long.MaxValue })
        {
            Assert.Equal(ErrorCode.DeadlineExceeded, Assert.Throws<Trap>(() => instance.GetFunc("sleep").Call(1, time, 0)).Code);
        }

        Assert.Equal(0, instance.GetFunc("sleep").Call(1, 1000L, 0).Value.AsI32());
    }

    [SkippableFact]
    public async Task Wrong_questions_are_answered_invalid()
    {
        const int BadDescriptor = 8;
        const int Invalid = 28;
        using var store = guests.NewStore(null);
        var instance = await PollingAsync(store);
        Assert.Equal(Invalid, instance.GetFunc("sleep").Call(2, 1L, 0).Value.AsI32());
        Assert.Equal(Invalid, instance.GetFunc("sleep").Call(99, 1L, 0).Value.AsI32());
        Assert.Equal(BadDescriptor, instance.GetFunc("clock_error").Call<int, int>(2));
        Assert.Equal(Invalid, instance.GetFunc("unknown").Call<int, int>(3));
        foreach (int count in new[] { 0, -1, int.MinValue, 4097 })
        {
            Assert.Equal(Invalid, instance.GetFunc("raw").Call<int, int, int, int, int>(1024, 2048, count, 0));
        }
    }

    [SkippableFact]
    public async Task Pointers_out_of_bounds_are_a_trap_and_nothing_is_written()
    {
        using var store = guests.NewStore(null);
        var instance = await PollingAsync(store);
        int end = (int)instance.GetMemory().Length;
        (int, int, int)[] wrong = [(end - 47, 1024, 0), (1024, end - 31, 0), (1024, 2048, end - 3), (-8, 1024, 0), (1024, -8, 0), (1024, 2048, -4)];
        foreach (var (asked, events, written) in wrong)
        {
            var trap = Assert.Throws<Trap>(() => instance.GetFunc("raw").Call<int, int, int, int, int>(asked, events, 1, written));
            Assert.Equal(TrapCode.MemoryOutOfBounds, trap.TrapCode);
        }
    }

    private static async Task<string> FileAsync()
    {
        var file = await ClangGuest.SourceAsync(Polling, GuestKind.Reactor);
        Skip.If(file.IsMissing, file.MissingBecause);
        return file.Path!;
    }

    private static ulong[] Events(WasmInstance instance) =>
        [.. Enumerable.Range(0, instance.GetFunc("events").Call<int>()).Select(i => instance.GetFunc("event").Call<int, ulong>(i))];

    private async Task<WasmInstance> PollingAsync(WasmStore store)
    {
        var instance = store.Instantiate(await guests.SourceAsync(Polling, GuestKind.Reactor), WasiGuests.Imports);
        instance.GetFunc("_initialize").Call();
        return instance;
    }

    private sealed class Cancelled(int after) : ICallSignal
    {
        private int _looks;

        public Interruption? Interruption => ++_looks > after ? Runtime.Calls.Interruption.Cancelled : null;
    }
}
