using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Runtime.Tests.Telemetry;

/// <summary>Other tests compile at the same time: what is measured here is told apart by the test's own span.</summary>
public sealed class CompileTelemetryTests : IDisposable
{
    private static readonly ActivitySource s_source = new("WasmActors.Runtime.Tests");

    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, string> Tags)> _measured = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _listener;
    private readonly Activity _root;
    private readonly WasmEngine _engine = new();

    public CompileTelemetryTests()
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "WasmActors")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meters.Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "WasmActors" or "WasmActors.Runtime.Tests",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _root = s_source.StartActivity("test")!;
    }

    public void Dispose()
    {
        _root.Dispose();
        _listener.Dispose();
        _meters.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task A_module_is_told_where_it_came_from_and_its_compilation_is_a_child_of_who_asked()
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions { OnDisk = false });
        byte[] wasm = ModuleText.ToBinary("(module (func (export \"told\")))");

        var module = await cache.GetAsync(wasm);
        await cache.GetAsync(wasm);

        var span = Assert.Single(_spans, s => s.OperationName == "wasmactors.compile" && s.TraceId == _root.TraceId);
        Assert.Equal(_root.SpanId, span.ParentSpanId);
        Assert.Equal("in_process", span.GetTagItem("wasmactors.compile.place"));
        Assert.Equal(module.Digest, span.GetTagItem("wasmactors.module.digest"));
        Assert.Contains(_measured, static m => m is { Instrument: "wasmactors.compile.duration", Value: > 0 } && m.Tags.ContainsKey("wasmactors.compile.place"));
        Assert.Contains(_measured, static m => m.Instrument == "wasmactors.module.loads" && m.Tags["wasmactors.module.source"] == "compiler");
        Assert.Contains(_measured, static m => m.Instrument == "wasmactors.module.loads" && m.Tags["wasmactors.module.source"] == "memory");
    }

    [Fact]
    public async Task A_module_that_is_invalid_is_told_by_its_code()
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions { OnDisk = false });

        await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(new byte[] { 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 77 }));

        var span = Assert.Single(_spans, s => s.OperationName == "wasmactors.compile" && s.TraceId == _root.TraceId);
        Assert.Equal((ActivityStatusCode.Error, ErrorCode.ModuleInvalid), (span.Status, span.GetTagItem("error.type")));
        Assert.Contains(_measured, static m => m.Instrument == "wasmactors.compile.duration" && m.Tags.TryGetValue("error.type", out var code) && code == ErrorCode.ModuleInvalid);
    }

    [Fact]
    public async Task A_module_that_is_too_large_is_refused_and_not_compiled()
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions { OnDisk = false, ModuleLimits = new ModuleLimits { Functions = 1 } });

        await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(ModuleText.ToBinary("(module (func) (func))")));

        Assert.DoesNotContain(_spans, s => s.OperationName == "wasmactors.compile" && s.TraceId == _root.TraceId);
        Assert.Contains(_measured, static m => m.Instrument == "wasmactors.refusals" && m.Tags["error.type"] == ErrorCode.ModuleTooLarge);
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(static t => t.Key, static t => $"{t.Value}", StringComparer.Ordinal)));
}
