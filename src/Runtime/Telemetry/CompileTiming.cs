using System.Diagnostics;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Telemetry;

/// <summary>One compilation as a span and a duration: told when it is disposed.</summary>
internal sealed class CompileTiming : IDisposable
{
    private const string Place = "wasmactors.compile.place";

    private readonly string _place;
    private readonly Activity? _span;
    private readonly long _start = Stopwatch.GetTimestamp();
    private string? _error;
    private bool _refused;

    private CompileTiming(string place, int bytes, string digest)
    {
        _place = place;
        _span = RuntimeTelemetry.Source.StartActivity("wasmactors.compile");
        _span?.SetTag(Place, place).SetTag("wasmactors.module.size", bytes).SetTag("wasmactors.module.digest", digest);
    }

    internal static CompileTiming Here(int bytes, string digest) => new("in_process", bytes, digest);

    internal static CompileTiming InChild(int bytes, string digest) => new("child_process", bytes, digest);

    internal void Failed(Exception failure)
    {
        _error = ErrorType.Of(failure);
        _refused = _error == ErrorCode.CompilerBusy;
        if (_refused)
        {
            RuntimeTelemetry.Refused(ErrorCode.CompilerBusy);
        }

        _span?.SetTag(RuntimeTelemetry.ErrorTag, _error).SetStatus(ActivityStatusCode.Error, GuestText.Clean(failure.Message, GuestText.NameLimit));
    }

    public void Dispose()
    {
        _span?.Dispose();
        if (_refused)
        {
            return; // it was never begun
        }

        var tags = new TagList { { Place, _place } };
        if (_error is not null)
        {
            tags.Add(RuntimeTelemetry.ErrorTag, _error);
        }

        RuntimeTelemetry.CompileDuration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, in tags);
    }
}
