using System.Diagnostics;
using WasmActors.Conformance.Scripts;

namespace WasmActors.Conformance.Reports;

/// <summary>Counts what becomes of a script's forms while it runs. Usable from any thread.</summary>
internal sealed class FileTally(string path)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private readonly List<FormResult> _problems = [];
    private int _passed;

    /// <summary>A form holds. Only assertions are counted.</summary>
    public void Pass(ScriptCommand command)
    {
        if (command.IsAssertion)
        {
            Interlocked.Increment(ref _passed);
        }
    }

    /// <summary>A form failed or was skipped. It counts, assertion or not.</summary>
    public void Add(FormResult problem)
    {
        lock (_lock)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>The figures so far.</summary>
    public FileReport ToReport()
    {
        lock (_lock)
        {
            int failed = _problems.Count(static p => p.Outcome == Outcome.Failed);
            return new FileReport(path, _passed, failed, _problems.Count - failed, _time.Elapsed.TotalSeconds, [.. _problems.OrderBy(static p => p.Line)]);
        }
    }
}
