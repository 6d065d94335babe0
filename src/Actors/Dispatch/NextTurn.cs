using Akka.Dispatch;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Where code that goes on with an answer leaves the mailbox that it makes ready, so that the same thread runs it when that code
/// returns: most awaits what it sent at once, and a trip through the thread pool, which wakes another thread, costs more than a short
/// call.
/// </summary>
/// <remarks>Code that does not return soon is not waited for: what lies here for a round of the deadlines' sweeper, which is
/// <see cref="Rescue"/>'s caller, goes to the pool.</remarks>
internal sealed class NextTurn
{
    [ThreadStatic]
    private static NextTurn? t_current;

    private static readonly Lock s_lock = new();
    private static readonly List<WeakReference<NextTurn>> s_all = [];
    private static volatile bool s_used;

    private GuestExecutor? _executor;
    private IRunnable? _mailbox;
    private long _left;
    private long _seen;

    private NextTurn()
    {
    }

    /// <summary>Whether some code on some thread was given an answer and has not returned, with a mailbox left: seldom.</summary>
    private bool IsStale
    {
        get
        {
            long left = Volatile.Read(ref _left);
            bool stale = Volatile.Read(ref _mailbox) is not null && left == _seen;
            _seen = left;
            return stale;
        }
    }

    /// <summary>Runs code that goes on with an answer; the answer is the mailbox that it left, or null.</summary>
    internal static IRunnable? RunOwed(IThreadPoolWorkItem owed, GuestExecutor executor)
    {
        var current = t_current ??= Register();
        current._executor = executor;
        try
        {
            owed.Execute();
        }
        finally
        {
            current._executor = null;
        }

        return Volatile.Read(ref current._mailbox) is null ? null : Interlocked.Exchange(ref current._mailbox, null);
    }

    /// <summary>Leaves a mailbox for the thread that runs this code; false when it does not go on with an answer, or has left one.</summary>
    internal static bool TryLeave(IRunnable mailbox, GuestExecutor executor)
    {
        if (t_current is not { } current || current._executor != executor || Volatile.Read(ref current._mailbox) is not null)
        {
            return false;
        }

        Volatile.Write(ref current._left, current._left + 1);
        Interlocked.Exchange(ref current._mailbox, mailbox); // a full fence: the sweeper sees it, or is seen dozing
        RequestSweeper.TurnLeft();
        if (!s_used)
        {
            s_used = true;
        }

        return true;
    }

    /// <summary>Whether any was left since this was last asked.</summary>
    internal static bool WasUsed()
    {
        bool used = s_used;
        s_used = false;
        return used;
    }

    /// <summary>Whether a mailbox lies on any thread.</summary>
    internal static bool AnyLeft
    {
        get
        {
            lock (s_lock)
            {
                return s_all.Exists(static t => t.TryGetTarget(out var turn) && Volatile.Read(ref turn._mailbox) is not null);
            }
        }
    }

    /// <summary>Gives to the pool what was left a round ago and lies there still.</summary>
    internal static void Rescue()
    {
        lock (s_lock)
        {
            for (int i = s_all.Count - 1; i >= 0; i--)
            {
                if (!s_all[i].TryGetTarget(out var turn))
                {
                    s_all.RemoveAt(i); // its thread has ended
                }
                else if (turn.IsStale && Volatile.Read(ref turn._executor) is { } executor && Interlocked.Exchange(ref turn._mailbox, null) is { } mailbox)
                {
                    executor.ExecuteElsewhere(mailbox);
                }
            }
        }
    }

    private static NextTurn Register()
    {
        var turn = new NextTurn();
        lock (s_lock)
        {
            s_all.Add(new WeakReference<NextTurn>(turn));
        }

        RequestSweeper.Start();
        return turn;
    }
}
