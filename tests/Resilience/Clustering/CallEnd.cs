namespace WasmActors.Resilience.Clustering;

/// <summary>Ways in which a call over HTTP ends.</summary>
internal enum CallEnd
{
    /// <summary>With a result.</summary>
    Result,

    /// <summary>With a failure that has a code and says whether the call may have run.</summary>
    Failure,

    /// <summary>With an answer that is neither.</summary>
    NoAnswer,

    /// <summary>With its connection, after it was sent.</summary>
    Broken,

    /// <summary>No node took it while it had time: it was never sent.</summary>
    Untaken,

    /// <summary>Not in its time.</summary>
    Late,
}
