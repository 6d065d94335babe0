using System.Diagnostics;
using System.Text;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Modules;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi.Stdin;

/// <summary>Programs that ask whether there is input, and that wait for it.</summary>
public sealed class StdinPollTests : IDisposable
{
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 2000) "note")
          ;; waits for a descriptor and a time: the first event's error in the upper half, its kind in the lower
          (func (export "poll") (param $fd i32) (param $kind i32) (param $nanoseconds i64) (result i64)
            (i32.store8 (i32.const 8) (local.get $kind)) (i32.store (i32.const 16) (local.get $fd))
            (i32.store (i32.const 64) (i32.const 1)) (i64.store (i32.const 72) (local.get $nanoseconds))
            (if (call $poll (i32.const 0) (i32.const 256) (i32.const 2) (i32.const 512)) (then (return (i64.const -1))))
            (i64.or (i64.shl (i64.load16_u (i32.const 264)) (i64.const 32)) (i64.load8_u (i32.const 266))))
          ;; how many bytes were read to 4096, or the error as a negative number
          (func (export "read") (param $fd i32) (param $most i32) (result i32) (local $error i32)
            (i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (local.get $most))
            (local.set $error (call $read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
            (if (local.get $error) (then (return (i32.sub (i32.const 0) (local.get $error)))))
            (i32.load (i32.const 8)))
          (func (export "open") (result i32)
            (if (call $open (i32.const 3) (i32.const 0) (i32.const 2000) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16))
              (then (return (i32.const -1))))
            (i32.load (i32.const 16))))
        """;

    private const long Millisecond = 1_000_000;
    private const long ClockEvent = 0;
    private const long ReadEvent = 1;
    private const long WriteEvent = 2;
    private const long BadDescriptor = 8L << 32;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly WasmEngine s_engine = new();
    private static readonly WasmModule s_module = WasmModule.FromText(s_engine, Text);
    private static readonly ImportSet s_imports = new ImportSet().DefineWasi();

    private readonly QuietStream _stream = new();
    private readonly TemporaryFolder _folder = new TemporaryFolder().Make();

    public void Dispose()
    {
        _folder.Dispose();
        _stream.Dispose();
    }

    [Theory]
    [InlineData(ExecutionMode.Direct, false)]
    [InlineData(ExecutionMode.Direct, true)]
    [InlineData(ExecutionMode.Preemptive, false)]
    public void A_poll_of_quiet_input_ends_by_the_clock(ExecutionMode mode, bool withFolder)
    {
        using var store = NewStore(mode, withFolder);
        var poll = store.Instantiate(s_module, s_imports).GetFunc("poll");
        long start = Stopwatch.GetTimestamp();

        Assert.Equal(ClockEvent, poll.Call<int, int, long, long>(0, 1, 100 * Millisecond));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task A_poll_ends_when_input_comes_and_when_it_ends(ExecutionMode mode)
    {
        using var store = NewStore(mode);
        var guest = store.Instantiate(s_module, s_imports);
        var poll = Task.Run(() => guest.GetFunc("poll").Call<int, int, long, long>(0, 1, 60_000 * Millisecond));
        _stream.Give("abc");

        Assert.Equal(ReadEvent, await poll.WaitAsync(s_patience));
        Assert.Equal(2, guest.GetFunc("read").Call<int, int, int>(0, 2));
        Assert.Equal("ab", Encoding.UTF8.GetString(guest.GetMemory().ReadBytes(4096, 2)));
        Assert.Equal(ReadEvent, guest.GetFunc("poll").Call<int, int, long, long>(0, 1, 60_000 * Millisecond));
        Assert.Equal(1, guest.GetFunc("read").Call<int, int, int>(0, 100));
        _stream.End();
        Assert.Equal(ReadEvent, guest.GetFunc("poll").Call<int, int, long, long>(0, 1, 60_000 * Millisecond));
        Assert.Equal(0, guest.GetFunc("read").Call<int, int, int>(0, 100));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public void Input_from_bytes_is_always_there(ExecutionMode mode)
    {
        using var store = new WasmStore(s_engine, new StoreOptions { Mode = mode, Wasi = new WasiOptions { Stdin = WasiInput.FromBytes("x"u8.ToArray()) } });

        Assert.Equal(ReadEvent, store.Instantiate(s_module, s_imports).GetFunc("poll").Call<int, int, long, long>(0, 1, 60_000 * Millisecond));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public void A_descriptor_that_is_not_there_or_goes_the_other_way_is_told(ExecutionMode mode)
    {
        using var store = NewStore(mode);
        var poll = store.Instantiate(s_module, s_imports).GetFunc("poll");

        Assert.Equal(BadDescriptor | ReadEvent, poll.Call<int, int, long, long>(99, 1, 60_000 * Millisecond));
        Assert.Equal(BadDescriptor | WriteEvent, poll.Call<int, int, long, long>(0, 2, 60_000 * Millisecond));
        Assert.Equal(BadDescriptor | ReadEvent, poll.Call<int, int, long, long>(1, 1, 60_000 * Millisecond));
        Assert.Equal(WriteEvent, poll.Call<int, int, long, long>(2, 2, 60_000 * Millisecond));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct, false)]
    [InlineData(ExecutionMode.Direct, true)]
    [InlineData(ExecutionMode.Preemptive, true)]
    public void Files_are_read_and_known_beside_an_input_that_the_host_reads(ExecutionMode mode, bool isInherited)
    {
        File.WriteAllText(_folder.In("note"), "noted");
        using var store = NewStore(mode, withFolder: true, instances: 1, isInherited ? WasiInput.Inherit : null);
        var guest = store.Instantiate(s_module, s_imports);
        int file = guest.GetFunc("open").Call<int>();

        Assert.Equal(ReadEvent, guest.GetFunc("poll").Call<int, int, long, long>(file, 1, 60_000 * Millisecond));
        Assert.Equal(BadDescriptor | ReadEvent, guest.GetFunc("poll").Call<int, int, long, long>(file + 50, 1, 60_000 * Millisecond));
        Assert.Equal(5, guest.GetFunc("read").Call<int, int, int>(file, 100));
        Assert.Equal("noted", Encoding.UTF8.GetString(guest.GetMemory().ReadBytes(4096, 5)));
        Assert.Equal(0, guest.GetFunc("read").Call<int, int, int>(file, 100));
        Assert.Equal(-8, guest.GetFunc("read").Call<int, int, int>(file + 50, 100));
        Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => store.Instantiate(s_module, s_imports)).Code);
    }

    [Fact]
    public async Task A_guest_that_can_be_paused_waits_for_input_without_a_thread()
    {
        using var store = NewStore(ExecutionMode.Preemptive);
        using var call = store.BeginCall(store.Instantiate(s_module, s_imports).GetFunc("read"));
        call.SetArguments(Val.I32(0), Val.I32(10));
        CallStep step;
        while ((step = call.Step()) is CallStep.Yielded)
        {
            // On a busy machine its first slice may end before it reads.
        }

        Assert.Equal(CallStep.Parked, step);
        Assert.Equal("wasi_snapshot_preview1::fd_read", call.Import!.Func.FullName);
        Assert.NotNull(call.Import.WakesAt);
        Assert.Equal(CallStep.Parked, call.Step());

        _stream.Give("abc");
        using var end = new CancellationTokenSource(s_patience);
        while ((step = call.Step()) is CallStep.Parked or CallStep.Yielded)
        {
            await Task.Delay(1, end.Token);
        }

        Assert.Equal((CallStep.Completed, 3), (step, call.Results.Value.AsI32()));
    }

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task A_guest_that_waits_for_input_ends_at_its_deadline(ExecutionMode mode)
    {
        using var store = NewStore(mode);
        using var call = store.BeginCall(store.Instantiate(s_module, s_imports).GetFunc("read"));
        call.SetArguments(Val.I32(0), Val.I32(10));
        call.Deadline = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20);
        using var end = new CancellationTokenSource(s_patience);
        CallStep step;
        while ((step = await Task.Run(call.Step, end.Token).WaitAsync(end.Token)) is CallStep.Parked or CallStep.Yielded)
        {
            await Task.Delay(1, end.Token);
        }

        Assert.Equal((CallStep.Trapped, ErrorCode.DeadlineExceeded), (step, call.Failure!.Code));
    }

    private WasmStore NewStore(ExecutionMode mode, bool withFolder = false, int? instances = null, WasiInput? input = null)
    {
        var limits = new StoreLimits { Deadline = s_patience };
        return new WasmStore(s_engine, new StoreOptions
        {
            Mode = mode,
            Limits = instances is null ? limits : limits with { Instances = instances.Value },
            Wasi = new WasiOptions { Stdin = input ?? WasiInput.FromStream(_stream), Folders = withFolder ? [new PreopenedFolder(_folder.Path, "/data")] : [] },
        });
    }
}
