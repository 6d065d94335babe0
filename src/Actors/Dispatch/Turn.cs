using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Dispatch;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// A store's turn on this thread. The answer that it owes somebody is left here and delivered on the same thread right after the turn,
/// so that the caller's code never runs within the turn, and most answers need no second trip through the thread pool.
/// </summary>
internal sealed class Turn
{
    [ThreadStatic]
    private static Turn? t_current;

    private GuestExecutor? _executor;
    private GuestPlace? _deferred;
    private LeavingStore? _leaving;
    private IThreadPoolWorkItem? _owed;
    private bool _captures;
    private IRunnable? _captured;
    private GuestExecutor? _capturedFrom;

    /// <summary>Lets the store whose turn it is go on with its guest later, by what that guest has had so far; false outside of an
    /// executor's turn.</summary>
    /// <remarks>Not before the turn ends: told earlier, the store would go on within this very turn. A store has one guest at a time
    /// that goes on; the place of one that it gave up in this turn is forgotten.</remarks>
    internal static bool TryDefer(GuestPlace place)
    {
        if (t_current is not { _executor: not null } current)
        {
            return false;
        }

        current._deferred = place;
        return true;
    }

    /// <summary>Lets the store whose turn it is give back what it holds later, for it has ended; false outside of an executor's turn.</summary>
    internal static bool TryLeave(LeavingStore store)
    {
        if (t_current is not { _executor: not null } current)
        {
            return false;
        }

        current._leaving = store;
        return true;
    }

    /// <summary>The executor whose turn it is on this thread; null outside of one.</summary>
    internal static GuestExecutor? Executor => t_current?._executor;

    /// <summary>Runs a mailbox; the answer is what the turn left to deliver.</summary>
    internal static IThreadPoolWorkItem? Run(IRunnable mailbox, GuestExecutor executor) => Run(mailbox, executor, out _);

    /// <summary>The same, and whether a guest is left that goes on later.</summary>
    internal static IThreadPoolWorkItem? Run(IRunnable mailbox, GuestExecutor executor, out bool defers)
    {
        defers = false;
        var current = t_current ??= new Turn();
        current._executor = executor;
        try
        {
            mailbox.Run();
        }
        finally
        {
            current._executor = null;
            if (current._deferred is { } deferred)
            {
                current._deferred = null;
                defers = true;
                executor.Defer(deferred);
            }

            if (current._leaving is { } leaving)
            {
                current._leaving = null;
                executor.Leave(leaving);
            }
        }

        var owed = current._owed;
        current._owed = null;
        return owed;
    }

    /// <summary>Leaves an answer for the end of the turn, or gives it to the thread pool outside of one.</summary>
    internal static void Owe(IThreadPoolWorkItem answer)
    {
        if (t_current is { _executor: not null } current)
        {
            current.FlushOwn();
            current._owed = answer;
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(answer, preferLocal: true);
        }
    }

    /// <summary>The turn goes on with other work, which may take long: what is owed is not to wait for that.</summary>
    internal static void Flush() => t_current?.FlushOwn();

    /// <summary>Tells a store that its place came up, and takes its mailbox to run it here; false when it is about to run elsewhere.</summary>
    internal static bool TryResume(IActorRef store, object place, [MaybeNullWhen(false)] out IRunnable mailbox) => TrySend(store, place, out mailbox, out _);

    /// <summary>Sends a store a message, and takes its mailbox to run it here; false when it runs elsewhere, or is about to.</summary>
    internal static bool TrySend(IActorRef store, object message, [MaybeNullWhen(false)] out IRunnable mailbox, [MaybeNullWhen(false)] out GuestExecutor executor)
    {
        var current = t_current ??= new Turn();
        current._captures = true;
        try
        {
            store.Tell(message, ActorRefs.NoSender);
        }
        finally
        {
            current._captures = false;
        }

        (mailbox, executor) = (current._captured, current._capturedFrom);
        (current._captured, current._capturedFrom) = (null, null);
        return mailbox is not null;
    }

    /// <summary>By the executor: takes the mailbox that <see cref="TrySend"/> asked for.</summary>
    internal static bool TryCapture(IRunnable mailbox, GuestExecutor executor)
    {
        if (t_current is not { _captures: true, _captured: null } current)
        {
            return false;
        }

        (current._captured, current._capturedFrom) = (mailbox, executor);
        return true;
    }

    private void FlushOwn()
    {
        if (_owed is { } earlier)
        {
            _owed = null;
            ThreadPool.UnsafeQueueUserWorkItem(earlier, preferLocal: true);
        }
    }
}
