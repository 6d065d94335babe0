namespace WasmActors.Functions.State.Commits;

/// <summary>Learns what becomes of the groups of a line. Called by one thread at a time.</summary>
internal interface IGroupWatch<in TAnswer>
{
    /// <summary>A request was answered.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="wait">The time from the request to its answer.</param>
    void Answered(TAnswer answer, TimeSpan wait);

    /// <summary>A group was executed.</summary>
    void Sent(int requests, long bytes, TimeSpan duration);

    /// <summary>A group failed: none of its requests was executed, or that is unknown.</summary>
    void Failed(int requests, Exception failure);
}
