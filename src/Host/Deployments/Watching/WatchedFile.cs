namespace WasmActors.Host.Deployments.Watching;

/// <summary>A module of a watched folder with the settings beside it: what is known of it, and what was done about it.</summary>
/// <param name="path">The module's file.</param>
internal sealed class WatchedFile(string path)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(60);

    private TimeSpan _retry = s_firstRetry;

    /// <summary>The module's file.</summary>
    public string Path { get; private set; } = path;

    /// <summary>Stamps of the module and of its settings at the last scan.</summary>
    public (FileStamp Module, FileStamp Settings) Seen { get; private set; }

    /// <summary>Whether something is to be done once <see cref="NotBefore"/> is over.</summary>
    public bool IsDue { get; private set; } = true;

    /// <summary>Timestamp before which nothing is done.</summary>
    public long NotBefore { get; private set; }

    /// <summary>Hash of the bytes that were deployed last; null for none.</summary>
    public string? Deployed { get; private set; }

    /// <summary>The failure that was logged last; null after a success.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes over what a scan found.</summary>
    /// <param name="path">The module's file.</param>
    /// <param name="stamps">Its stamps.</param>
    /// <param name="touched">Whether the system reported a change, which the stamps need not show.</param>
    /// <param name="restedAt">Timestamp at which the files will have rested.</param>
    public void Observe(string path, (FileStamp Module, FileStamp Settings) stamps, bool touched, long restedAt)
    {
        if (path == Path && stamps == Seen && !touched)
        {
            return;
        }

        (Path, Seen, IsDue, NotBefore, _retry) = (path, stamps, true, restedAt, s_firstRetry);
    }

    /// <summary>The files were deployed, or are as they were.</summary>
    public void Done(string content) => (Deployed, Problem, IsDue) = (content, null, false);

    /// <summary>The files cannot be deployed as they are.</summary>
    public void Failed(string problem) => (Problem, IsDue) = (problem, false);

    /// <summary>The deployment failed for a reason that may pass.</summary>
    public void Retry(string problem, TimeProvider clock)
    {
        Problem = problem;
        NotBefore = clock.GetTimestamp() + (long)(_retry.TotalSeconds * clock.TimestampFrequency);
        _retry = _retry * 2 < s_lastRetry ? _retry * 2 : s_lastRetry;
    }
}
