using Serilog;
using Serilog.Events;
using WasmActors.Functions.Api;
using WasmActors.Functions.Modules;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Tests.Support;
using static WasmActors.Tests.Support.CollectingSink;

namespace WasmActors.Functions.Tests.Sessions;

public sealed class GuestLogTests : IAsyncLifetime
{
    private const string Talkative = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 1024) "one\r\ntwo\n\1b[31mred\e2\80\aeturned\nrest")
          (func $say (export "say") (param $fd i32) (param $at i32) (param $n i32)
            (i32.store (i32.const 0) (local.get $at))
            (i32.store (i32.const 4) (local.get $n))
            (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func (export "spell") (param $fd i32)
            (call $say (local.get $fd) (i32.const 1024) (i32.const 2))
            (call $say (local.get $fd) (i32.const 1026) (i32.const 3)))
          (func (export "long") (param $fd i32) (param $n i32)
            (memory.fill (i32.const 2048) (i32.const 120) (local.get $n))
            (call $say (local.get $fd) (i32.const 2048) (local.get $n)))
          (func (export "flood") (param $times i32)
            (loop $again
              (call $say (i32.const 1) (i32.const 1024) (i32.const 9))
              (local.set $times (i32.sub (local.get $times) (i32.const 1)))
              (br_if $again (local.get $times))))
          (func (export "_start")
            (call $say (i32.const 1) (i32.const 1024) (i32.const 4))
            (call $say (i32.const 2) (i32.const 1029) (i32.const 4))))
        """;

    private readonly CollectingSink _sink = new();
    private readonly TestDatabase _database = new();
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        var log = new LoggerConfiguration().WriteTo.Sink(_sink).CreateLogger();
        _node = await TestNode.StartAsync(await _database.OpenAsync(), options: plain => plain with { Logger = log });
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _database.Dispose();
    }

    // The catalogue's own lines name the function as well.
    private IReadOnlyList<LogEvent> LinesOf(string function) => [.. _sink.Of(function).Where(static e => !e.Properties.ContainsKey("Revision"))];

    [Fact]
    public async Task Lines_are_events_of_their_function_version_key_and_stream_and_safe_to_show()
    {
        await _node.DeployAsync(new FunctionSpec("talk") { Kind = FunctionKind.Keyed }, Talkative);

        await Expect.SoonAsync(_node.Functions.Get("talk", "k").CallAsync("say", 1, 1024, 31));
        await Expect.SoonAsync(_node.Functions.Get("talk", "k").CallAsync("say", 2, 1024, 5));

        var events = LinesOf("talk");
        Assert.Equal(["one", "two", @"\x1b[31mred\u202eturned", "rest", "one"], events.Select(static e => Property(e, "Line")), StringComparer.Ordinal);
        Assert.Equal(["stdout", "stdout", "stdout", "stdout", "stderr"], events.Select(static e => Property(e, "Stream")), StringComparer.Ordinal);
        Assert.All(events, static e => Assert.Equal(("1", "k"), (Property(e, "Version"), Property(e, "Key"))));
    }

    [Fact]
    public async Task A_line_that_is_written_in_parts_is_one_event_and_belongs_to_the_calls_span()
    {
        await _node.DeployAsync(new FunctionSpec("spelling"), Talkative);
        using var spans = new Spans();

        await Expect.SoonAsync(_node.Functions.Get("spelling").CallAsync("spell", 1));

        var line = Assert.Single(LinesOf("spelling"));
        Assert.Equal(("one", null), (Property(line, "Line"), Property(line, "Key")));
        Assert.Equal(spans.Root.TraceId, line.TraceId);
    }

    [Fact]
    public async Task A_long_line_is_cut()
    {
        await _node.DeployAsync(new FunctionSpec("lengthy"), Talkative);

        await Expect.SoonAsync(_node.Functions.Get("lengthy").CallAsync("long", 1, 5000));

        Assert.Equal(new string('x', GuestLog.MaxLine) + "…", Property(Assert.Single(LinesOf("lengthy")), "Line"));
    }

    [Fact]
    public async Task A_flood_is_cut_off_and_what_was_dropped_is_counted()
    {
        const int Lines = 40_000;
        await _node.DeployAsync(new FunctionSpec("flooding"), Talkative);

        await Expect.SoonAsync(_node.Functions.Get("flooding").CallAsync("flood", Lines / 2));

        var events = LinesOf("flooding");
        int logged = events.Count(static e => e.Level == LogEventLevel.Information);
        long dropped = events.Where(static e => e.Level == LogEventLevel.Warning).Sum(static e => long.Parse(Property(e, "Dropped")!));
        Assert.InRange(logged, GuestLog.LinesOfStore, Lines / 4);
        Assert.Equal(Lines, logged + dropped);
    }

    [Fact]
    public async Task All_stores_of_a_version_together_have_a_bound_too()
    {
        await _node.DeployAsync(new FunctionSpec("choir") { Limits = new FunctionLimits { QueueLimit = 100 } }, Talkative);
        var function = _node.Functions.Get("choir");

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 60).Select(_ => function.CallAsync("flood", 40).AsTask())));

        Assert.Contains(LinesOf("choir"), static e => e.Level == LogEventLevel.Warning);
    }

    [Fact]
    public async Task A_programs_standard_error_is_returned_and_logged_and_its_output_is_its_answer()
    {
        await _node.DeployAsync(new FunctionSpec("program") { Convention = CallingConvention.WasiCommand }, Talkative);

        var output = await Expect.SoonAsync(_node.Functions.Get("program").RunAsync(new ProgramInput(default)));

        Assert.Equal("one\r"u8.ToArray(), output.Stdout.ToArray());
        Assert.Equal("two\n"u8.ToArray(), output.Stderr.ToArray());
        var line = Assert.Single(LinesOf("program"));
        Assert.Equal(("two", "stderr"), (Property(line, "Line"), Property(line, "Stream")));
    }

    [Fact]
    public async Task A_guest_that_cannot_write_or_that_nobody_listens_to_has_no_log()
    {
        var version = new FunctionVersion(1, Specs.Now, Specs.Spec("silent"));
        var listening = new FunctionHostOptions { Modules = new MemoryModuleStore(), Logger = new LoggerConfiguration().WriteTo.Sink(_sink).CreateLogger() };
        var silent = await Expect.SoonAsync(_node.Host.LoadTextAsync(Wat.Counter));
        var talkative = await Expect.SoonAsync(_node.Host.LoadTextAsync(Talkative));

        Assert.Null(new VersionRecipe(listening, version, TimeProvider.System).LogOf(silent, null));
        Assert.Null(new VersionRecipe(listening with { Logger = Serilog.Core.Logger.None }, version, TimeProvider.System).LogOf(talkative, null));
        Assert.NotNull(new VersionRecipe(listening, version, TimeProvider.System).LogOf(talkative, null));
    }
}
