using System.Collections.Concurrent;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;
using WasmActors.Host.Deployments.Watching;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Tests.Deployments.Watching;

public sealed class FolderWatchTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly Sink _log = new();
    private readonly ConcurrentQueue<(string Name, string Text, string? Kind)> _deployed = new();
    private readonly ConcurrentDictionary<string, FunctionVersion> _active = new(StringComparer.Ordinal);
    private readonly Logger _logger;
    private Func<string, WasmException?> _fail = static _ => null;
    private FolderWatch? _watch;

    public FolderWatchTests() => _logger = new LoggerConfiguration().WriteTo.Sink(_log).CreateLogger();

    private string Dist => Path.Combine(_folder.Path, "dist");

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        await _logger.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_seven_hundred_modules_that_come_at_once_none_is_lost()
    {
        Start();
        string source = Path.Combine(_folder.Path, "source");
        for (int i = 0; i < 700; i++)
        {
            _folder.Write($"source/f{i}.wat", Answer(i));
        }

        foreach (string file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(Dist, Path.GetFileName(file)));
        }

        await UntilAsync(() => _active.Count == 700, "all are deployed");
        Assert.Equal(700, _deployed.Count);
    }

    [Fact]
    public async Task A_folder_that_is_made_anew_is_watched_on()
    {
        _folder.Write("dist/f.wat", Answer(1));
        Start();
        await UntilAsync(() => _active.ContainsKey("f"), "it is deployed");

        Directory.Delete(Dist, recursive: true);
        await UntilAsync(() => _log.Has("cannot be read"), "its loss is logged");
        _folder.Write("dist/f.wat", Answer(2));
        await UntilAsync(() => Deployments("f") == 2, "the new file is deployed");
        Assert.True(_log.Has("can be read again"));

        Directory.Delete(Dist, recursive: true);
        _folder.Write("dist/g.wat", Answer(3)); // at once, so that no scan sees it missing
        await UntilAsync(() => _active.ContainsKey("g") && _log.Has("f.wat was removed. The function f stays deployed"), "the other file is deployed, and the loss of the first is logged");
        _folder.Write("dist/g.wat", Answer(4));
        await UntilAsync(() => Deployments("g") == 2, "a change in the new folder is deployed");
    }

    [Fact]
    public async Task Settings_that_are_removed_have_their_defaults_at_once_and_kind_stays()
    {
        _folder.Write("dist/f.wat", Answer(1));
        string settings = _folder.Write("dist/f.json", """{ "kind": "keyed", "limits": { "deadline": "5s" } }""");
        Start();
        await UntilAsync(() => _active.TryGetValue("f", out var f) && f.Spec.Limits.Deadline == TimeSpan.FromSeconds(5), "it is deployed with its settings");

        File.Delete(settings);

        await UntilAsync(() => _active["f"].Spec.Limits.Deadline == TimeSpan.FromSeconds(30), "the deadline has its default");
        Assert.Equal(FunctionKind.Keyed, _active["f"].Spec.Kind);
        await UntilAsync(() => _log.Has("limits.deadline: 5s -> 30s") && _log.Has("f stays keyed"), "both are logged");
    }

    [Fact]
    public async Task Two_files_of_one_function_are_logged_and_the_version_before_stays()
    {
        _folder.Write("dist/f.wat", Answer(1));
        Start();
        await UntilAsync(() => _active.ContainsKey("f"), "it is deployed");

        string other = _folder.Write("dist/f.wasm", Answer(2));
        await UntilAsync(() => _log.Has("would both be the function 'f'"), "the second file is logged");
        File.Delete(other);
        await UntilAsync(() => _log.Has("f version 1 is f.wat as it is"), "the first file counts again");

        Assert.Equal(1, _active["f"].Number);
        Assert.False(_log.Has("was removed"));
    }

    [SkippableFact]
    public async Task A_link_that_leads_elsewhere_is_deployed_again()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a right there.");
        string one = _folder.Write("builds/one.wat", Answer(1));
        string two = _folder.Write("builds/two.wat", Answer(2));
        File.SetLastWriteTimeUtc(two, File.GetLastWriteTimeUtc(one));
        Directory.CreateDirectory(Dist);
        string link = Path.Combine(Dist, "f.wat");
        File.CreateSymbolicLink(link, one);
        Start();
        await UntilAsync(() => Deployments("f") == 1, "it is deployed");

        File.Delete(link);
        File.CreateSymbolicLink(link, two);
        await UntilAsync(() => Deployments("f") == 2, "the other target is deployed");

        File.WriteAllText(two, Answer(33));
        await UntilAsync(() => Deployments("f") == 3, "the changed target, which lies in another folder, is deployed");
    }

    [Fact]
    public async Task A_file_that_is_replaced_by_one_of_the_same_size_and_time_is_deployed()
    {
        string file = _folder.Write("dist/f.wat", Answer(1));
        var time = File.GetLastWriteTimeUtc(file);
        Start();
        await UntilAsync(() => Deployments("f") == 1, "it is deployed");

        string next = _folder.Write("next.wat", Answer(2));
        File.SetLastWriteTimeUtc(next, time);
        File.Move(next, file, overwrite: true);

        await UntilAsync(() => Deployments("f") == 2, "it is deployed again");
    }

    [Fact]
    public async Task A_file_that_is_touched_and_not_changed_is_not_deployed_again()
    {
        string file = _folder.Write("dist/f.wat", Answer(1));
        Start();
        await UntilAsync(() => Deployments("f") == 1, "it is deployed");

        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
        _folder.Write("dist/g.wat", Answer(1));
        await UntilAsync(() => Deployments("g") == 1, "a later file is deployed");
        _folder.Write("dist/h.wat", Answer(1));
        await UntilAsync(() => Deployments("h") == 1, "and one of another scan");

        Assert.Equal(1, Deployments("f"));
    }

    [Fact]
    public async Task The_function_of_a_removed_file_stays_and_is_named()
    {
        string file = _folder.Write("dist/f.wat", Answer(1));
        Start();
        await UntilAsync(() => _active.ContainsKey("f"), "it is deployed");

        File.Delete(file);

        await UntilAsync(() => _log.Has("f.wat was removed. The function f stays deployed; 'wasmactors functions delete f' deletes it"), "that is logged");
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_and_another_is_logged_once()
    {
        int failures = 0;
        _fail = name => name == "busy" && Interlocked.Increment(ref failures) <= 2 ? new WasmError(FunctionErrorCode.CatalogueUnavailable, "not now")
            : name == "wrong" ? new WasmError(FunctionErrorCode.BadSpec, "not so")
            : null;
        _folder.Write("dist/busy.wat", Answer(1));
        _folder.Write("dist/wrong.wat", Answer(1));
        Start();

        await UntilAsync(() => _active.ContainsKey("busy"), "it is deployed in the end");

        Assert.Equal(3, failures);
        Assert.Equal(1, _log.Count("not deployed: busy.wat: catalogue.unavailable: not now It is tried again."));
        Assert.Equal(1, _log.Count("not deployed: wrong.wat: function.bad_spec: not so"));
        Assert.False(_active.ContainsKey("wrong"));
    }

    private static string Answer(int number) => $"""(module (func (export "get") (result i32) i32.const {number}))""";

    private int Deployments(string name) => _deployed.Count(d => d.Name == name);

    private void Start()
    {
        Directory.CreateDirectory(Dist);
        _watch = new FolderWatch(Dist, DeployAsync, _logger, TimeProvider.System);
    }

    // As a node does, without its modules.
    private Task<Deployment> DeployAsync(DeploymentFile file, CancellationToken cancellation)
    {
        if (_fail(file.Name) is { } failure)
        {
            throw failure;
        }

        var before = _active.GetValueOrDefault(file.Name);
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.Module.Binary));
        var whole = file with { Settings = file.Settings with { Reset = [SettingReset.All], ModuleDigest = digest } };
        var spec = whole.Onto(before?.Spec ?? new FunctionSpec(file.Name));
        var version = before is not null && SettingChange.Between(before.Spec, spec).Count == 0 ? before : new FunctionVersion((before?.Number ?? 0) + 1, DateTimeOffset.UtcNow, spec);
        _active[file.Name] = version;
        _deployed.Enqueue((file.Name, digest, file.Settings.Kind));
        return Task.FromResult(new Deployment(file.Name, version.Number, 1) { Spec = spec, Before = before });
    }

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"It did not come to hold: {what}. Logged: {_log}");
            await Task.Delay(20);
        }
    }

    private sealed class Sink : ILogEventSink
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public void Emit(LogEvent logEvent) => _lines.Enqueue(logEvent.RenderMessage());

        public bool Has(string text) => Count(text) > 0;

        public int Count(string text) => _lines.Count(l => l.Contains(text, StringComparison.Ordinal));

        public override string ToString() => string.Join('\n', _lines);
    }
}
