using Serilog;

namespace WasmActors.Functions.State.Commits;

/// <summary>Logs when reads of the newest sequences begin to fail.</summary>
internal sealed class ReadWatch(ILogger log) : IGroupWatch<StateHead?>
{
    private bool _fails;

    public void Answered(StateHead? answer, TimeSpan wait)
    {
    }

    public void Sent(int requests, long bytes, TimeSpan duration) => _fails = false;

    public void Failed(int requests, Exception failure)
    {
        if (!_fails)
        {
            log.Error(failure,
                "The database of states cannot be read. Calls of durable keys fail until it works again");
        }

        _fails = true;
    }
}
