using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Holds the work that a store's actor has started: one root, and calls nested in guests that wait for an
/// import.</summary>
internal sealed class CallStack
{
    private readonly CallFrame _root = new();
    private long _begun;

    /// <summary>The innermost work; null if the store is idle.</summary>
    internal CallFrame? Top { get; private set; }

    /// <summary>How many commands were started; any thread may read it.</summary>
    internal long Begun => Volatile.Read(ref _begun);

    /// <summary>Starts work on an idle store.</summary>
    internal CallFrame Push(StoreWork work)
    {
        _root.Begin(work, ++_begun, null);
        return Top = _root;
    }

    /// <summary>Numbers work that will nest in the innermost work. It is not on the stack before
    /// <see cref="Push(CallFrame)"/>.</summary>
    internal CallFrame Nest(StoreWork work)
    {
        var nested = new CallFrame();
        nested.Begin(work, ++_begun, Top);
        return nested;
    }

    /// <summary>Puts nested work on the stack.</summary>
    internal void Push(CallFrame nested) => Top = nested;

    /// <summary>Removes the innermost work.</summary>
    internal void Pop(CallFrame frame) => Top = frame.Outer;

    /// <summary>Returns the outermost frame that meets a condition, or null.</summary>
    internal CallFrame? Outermost(Func<CallFrame, bool> condition)
    {
        CallFrame? found = null;
        for (var frame = Top; frame is not null; frame = frame.Outer)
        {
            if (condition(frame))
            {
                found = frame;
            }
        }

        return found;
    }

    /// <summary>Returns the frame that waits for an import, or null.</summary>
    internal CallFrame? Waiting(ImportId id)
    {
        for (var frame = Top; frame is not null; frame = frame.Outer)
        {
            if (frame.IsWaiting && frame.Wait.Import == id)
            {
                return frame;
            }
        }

        return null;
    }

    /// <summary>Whether a call is on the stack.</summary>
    internal bool Contains(long call)
    {
        for (var frame = Top; frame is not null; frame = frame.Outer)
        {
            if (frame.Number == call)
            {
                return true;
            }
        }

        return false;
    }
}
