using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Telemetry;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Telemetry;

public sealed class FunctionMetricsTests : IClassFixture<NodeFixture>, IDisposable
{
    private const string Duration = "wasmactors.function.call.duration";
    private const string Queue = "wasmactors.function.queue.duration";

    private readonly TestNode _node;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, string> Tags)> _all = new();

    public FunctionMetricsTests(NodeFixture fixture)
    {
        _node = fixture.Node;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == WasmTelemetry.MeterName && instrument.Name.StartsWith("wasmactors.function.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("measured", null)]
    [InlineData("measured-keyed", "k")]
    public async Task Calls_are_measured_by_function_and_outcome(string name, string? key)
    {
        await _node.DeployAsync(new FunctionSpec(name) { Kind = key is null ? FunctionKind.Stateless : FunctionKind.Keyed, Limits = new FunctionLimits { QueueLimit = 0, Stores = 1 } }, Wat.Counter);
        var function = _node.Functions.Get(name, key);
        var spin = function.CallAsync("spin", new CallOptions(TimeSpan.FromMilliseconds(300)));

        await Expect.FailureAsync(ErrorCode.Busy, function.CallAsync("next"));
        await Expect.FailureAsync(ErrorCode.DeadlineExceeded, spin);
        await Expect.ConditionAsync(async () => await SucceedsAsync(function), "the function answers again");
        await Expect.FailureAsync("trap.unreachable", function.CallAsync("trap"));
        await Expect.FailureAsync(FunctionErrorCode.WrongConvention, function.CallBytesAsync("next", default));

        await Expect.ConditionAsync(() => Of(Duration, name, FunctionErrorCode.WrongConvention).Count == 1, "all was told");
        Assert.NotEmpty(Of(Duration, name, ErrorCode.Busy));
        Assert.Single(Of(Duration, name, null));
        Assert.Single(Of(Duration, name, "trap.unreachable"));
        Assert.InRange(Assert.Single(Of(Duration, name, ErrorCode.DeadlineExceeded)), 0.1, 60);
        Assert.Equal(_all.Count(m => m.Instrument == Duration && m.Tags["wasmactors.function.name"] == name), Of(Queue, name, null).Count);
    }

    [Fact]
    public async Task Names_that_are_not_deployed_are_no_tags()
    {
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.Get("unmeasured").CallAsync("next"));
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.Get("unmeasured", "k").CallAsync("next"));

        Assert.DoesNotContain(_all, static m => m.Tags.GetValueOrDefault("wasmactors.function.name") == "unmeasured");
    }

    [Fact]
    public async Task Stores_are_counted_while_they_live()
    {
        await _node.DeployAsync(new FunctionSpec("alive") { Kind = FunctionKind.Keyed, Limits = new FunctionLimits { IdleAfter = TimeSpan.FromMilliseconds(500) } }, Wat.Counter);
        await Expect.SoonAsync(_node.Functions.Get("alive", "first").CallAsync("next"));
        double before = Live("keyed");

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _node.Functions.Get("alive", $"{i}").CallAsync("next").AsTask())));

        await Expect.ConditionAsync(() => Live("keyed") < before + 500, "stores went with their keys");
        Assert.Contains(_all, m => m.Instrument == "wasmactors.function.stores.live" && m.Tags["wasmactors.function.kind"] == "stateless");
    }

    private static async Task<bool> SucceedsAsync(FunctionRef function)
    {
        try
        {
            await function.CallAsync("next");
            return true;
        }
        catch (WasmException busy) when (busy.Code == ErrorCode.Busy)
        {
            return false;
        }
    }

    private double Live(string kind)
    {
        _listener.RecordObservableInstruments();
        return _all.Last(m => m.Instrument == "wasmactors.function.stores.live" && m.Tags["wasmactors.function.kind"] == kind).Value;
    }

    private List<double> Of(string instrument, string function, string? code) =>
        [.. _all.Where(m => m.Instrument == instrument && m.Tags["wasmactors.function.name"] == function && m.Tags.GetValueOrDefault("error.type") == code).Select(static m => m.Value)];

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(static t => t.Key, static t => $"{t.Value}", StringComparer.Ordinal)));
}
