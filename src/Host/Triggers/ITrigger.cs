namespace WasmActors.Host.Triggers;

/// <summary>
/// A source of work for functions: an HTTP server, a watched folder, a queue. A node starts its triggers when it is a
/// member of its cluster, and drains them before it leaves. An object is started once; if it fails,
/// <see cref="TriggerSet"/> disposes it and starts a new one.
/// </summary>
/// <remarks>
/// Triggers call functions by <see cref="TriggerContext.Functions"/>, which checks deadlines, input sizes and grants. A
/// trigger limits its own calls under way, so that it cannot use all places of the host.
/// </remarks>
internal interface ITrigger : IAsyncDisposable
{
    private static readonly Task s_never = new TaskCompletionSource().Task;

    /// <summary>Its name in the log.</summary>
    string Name { get; }

    /// <summary>
    /// Lines that tell operators how to reach it. They are printed when the node is ready. Default: none.
    /// </summary>
    IReadOnlyList<string> Announcements => [];

    /// <summary>
    /// Completes when the trigger has stopped without being asked to, with the exception if it failed. Default: it
    /// never does. Failures that may pass, such as a server that does not answer, are the trigger's own to retry.
    /// </summary>
    Task Completion => s_never;

    /// <summary>Checks what can be checked before the node opens or makes anything. Default: nothing.</summary>
    /// <exception cref="TriggerException">It cannot start.</exception>
    void Check()
    {
    }

    /// <summary>Starts. On return it calls functions, and <see cref="Announcements"/> are known.</summary>
    /// <param name="context">The node.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="TriggerException">It cannot start: the node does not start either.</exception>
    Task StartAsync(TriggerContext context, CancellationToken cancellation);

    /// <summary>Stops without losing work: begins no more calls and waits for those under way.</summary>
    /// <param name="grace">The time that calls under way have. The trigger cancels calls that take longer.</param>
    Task DrainAsync(TimeSpan grace);

    /// <summary>
    /// Stops at once and cancels calls under way: the node has lost its cluster, so that results may be stale.
    /// </summary>
    Task AbandonAsync();
}
