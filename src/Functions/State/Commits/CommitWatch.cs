using Serilog;

namespace WasmActors.Functions.State.Commits;

/// <summary>Measures commits, and logs when the database of states begins to fail and when it works again.</summary>
internal sealed class CommitWatch(ILogger log, TimeProvider time) : IGroupWatch<CommitOutcome>
{
    private long _failingSince;
    private long _failed;

    public void Answered(CommitOutcome answer, TimeSpan wait) => CommitMetrics.Answered(answer, wait);

    public void Sent(int requests, long bytes, TimeSpan duration)
    {
        CommitMetrics.Sent(requests, bytes, duration);
        if (_failed > 0)
        {
            log.Warning(
                "The database of states works again. {Commits} commits failed within {Seconds:0.0} s",
                _failed,
                time.GetElapsedTime(_failingSince).TotalSeconds);
            _failed = 0;
        }
    }

    public void Failed(int requests, Exception failure)
    {
        CommitMetrics.Failed(requests);
        if (_failed == 0)
        {
            _failingSince = time.GetTimestamp();
            log.Error(failure, "The database of states failed. Calls of durable keys fail until it works again");
        }

        _failed += requests;
    }
}
