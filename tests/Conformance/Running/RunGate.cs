using WasmActors.Conformance.Reports;

namespace WasmActors.Conformance.Running;

/// <summary>Decides whether a run goes on: it ends when it is given up, or at the first failure where that is wanted.</summary>
/// <param name="stopAtFailure">Whether the first failure ends the run.</param>
/// <param name="cancellation">Gives the run up.</param>
internal sealed class RunGate(bool stopAtFailure, CancellationToken cancellation = default)
{
    private volatile bool _failed;

    /// <summary>Whether nothing more is to be run.</summary>
    public bool IsClosed => _failed || cancellation.IsCancellationRequested;

    /// <summary>Takes note of what did not pass.</summary>
    public void Note(FormResult problem)
    {
        if (stopAtFailure && problem.Outcome == Outcome.Failed)
        {
            _failed = true;
        }
    }
}
