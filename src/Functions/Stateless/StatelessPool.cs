using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Stateless;

/// <summary>
/// A node's stores of one version of a stateless function. As many calls run at a time as there may be stores; as many
/// more as the limits say wait, first come, first served. Used from any thread.
/// </summary>
internal sealed class StatelessPool : IDisposable
{
    private readonly FunctionRuntime _runtime;
    private readonly SemaphoreSlim _slots;
    private readonly Stack<(FunctionSession Session, long Since)> _kept = new();
    private readonly Lock _lock = new();
    private int _waiting;
    private int _users;
    private bool _closed;

    internal StatelessPool(FunctionRuntime runtime, FunctionEntry entry)
    {
        _runtime = runtime;
        Entry = entry;
        _slots = new SemaphoreSlim(Spec.Limits.StoresHere);
    }

    /// <summary>The function with the version that is run here as its active one.</summary>
    internal FunctionEntry Entry { get; }

    private FunctionSpec Spec => Entry.ActiveVersion!.Spec;

    /// <summary>Stores that are kept for later calls.</summary>
    internal int Kept
    {
        get
        {
            lock (_lock)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>Lets a call in, which must be made then.</summary>
    /// <returns>False where the pool was closed before: another one has taken its place.</returns>
    internal bool TryEnter()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _users++;
            return true;
        }
    }

    /// <summary>Carries a call out that was let in.</summary>
    /// <exception cref="WasmException">It failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<FunctionAnswer> CallAsync(string export, FunctionInput input, CallTime time, CallOptions options)
    {
        var stages = new CallStages(_runtime.Clock);
        bool hasSlot = _slots.Wait(0, CancellationToken.None);
        FunctionSession? session = null;
        try
        {
            if (hasSlot)
            {
                stages.TurnAtOnce();
            }
            else
            {
                await WaitAsync(time, options.Cancellation).ConfigureAwait(false);
                hasSlot = true;
                stages.Turn();
            }

            var kept = TakeKept();
            session = kept ?? await SessionStart.StartAsync(_runtime, Entry, null, input, time, options.Cancellation).ConfigureAwait(false);
            stages.Started(made: kept is null);
            var output = await session.CallAsync(_runtime, export, input, time, options).ConfigureAwait(false);
            var details = new CallDetails(Entry.Active, stages.Timing(), Replayed: false, MayHaveRun: true);
            session.Took(details.Timing.Run);
            FunctionMetrics.Answered(_runtime.Options.Logger, Entry.Name, null, details.Timing);
            return new FunctionAnswer(output, details);
        }
        catch (WasmException failure) when (Describe(failure, stages, session))
        {
            throw; // never: it is only described
        }
        finally
        {
            if (session is not null && !TryKeep(session))
            {
                await session.StopAsync().ConfigureAwait(false);
            }

            if (hasSlot)
            {
                _slots.Release();
            }

            Leave();
        }
    }

    /// <summary>Takes no more calls. Those that are here are carried out; then the stores are stopped.</summary>
    internal void Close()
    {
        bool unused;
        lock (_lock)
        {
            _closed = true;
            unused = _users == 0;
        }

        StopIdle(TimeSpan.Zero);
        if (unused)
        {
            Dispose();
        }
    }

    /// <summary>Stops the stores that have not been used for a time.</summary>
    internal void StopIdle() => StopIdle(Spec.Limits.IdleAfter);

    /// <summary>Stops kept stores whose guests were granted memory, until they had so many bytes together.</summary>
    /// <returns>How many bytes they had.</returns>
    internal long ReleaseMemory(long bytes)
    {
        long found = 0;
        List<FunctionSession> stopped = [];
        lock (_lock)
        {
            var keep = new Stack<(FunctionSession Session, long Since)>();
            while (_kept.TryPop(out var kept))
            {
                keep.Push(kept); // the least recently used on top
            }

            while (keep.TryPop(out var kept))
            {
                long memory = found < bytes ? kept.Session.GrantedMemory : 0;
                if (memory > 0)
                {
                    found += memory;
                    stopped.Add(kept.Session);
                }
                else
                {
                    _kept.Push(kept);
                }
            }
        }

        foreach (var session in stopped)
        {
            _ = session.StopAsync().AsTask(); // as above
        }

        return found;
    }

    public void Dispose() => _slots.Dispose();

    private async ValueTask WaitAsync(CallTime time, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > Spec.Limits.QueueLimit)
            {
                throw new WasmError(ErrorCode.Busy, $"{Spec.Limits.QueueLimit} calls of '{Spec.Name}' wait on this node, the function's limit: send fewer at once, or try again later.");
            }

            if (!await _slots.WaitAsync(time.Left, cancellation).ConfigureAwait(false))
            {
                throw CallTime.Over("it waited for a store");
            }
        }
        catch (OperationCanceledException)
        {
            throw new WasmError(ErrorCode.Cancelled, "The call was cancelled while it waited for a store: it did not run.");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private FunctionSession? TakeKept()
    {
        lock (_lock)
        {
            while (_kept.TryPop(out var kept))
            {
                if (!kept.Session.IsOver)
                {
                    return kept.Session;
                }
            }
        }

        return null;
    }

    private bool TryKeep(FunctionSession session)
    {
        lock (_lock)
        {
            bool keep = Spec.Reuse == StoreReuse.UntilIdle && !_closed && !session.IsOver;
            if (keep)
            {
                _kept.Push((session, _runtime.Clock.GetTimestamp()));
            }

            return keep;
        }
    }

    private void StopIdle(TimeSpan idle)
    {
        List<FunctionSession> old = [];
        lock (_lock)
        {
            // The stack has the least recently used at its bottom.
            var keep = new Stack<(FunctionSession Session, long Since)>();
            while (_kept.TryPop(out var kept))
            {
                if (_runtime.Clock.GetElapsedTime(kept.Since) < idle && !_closed)
                {
                    keep.Push(kept);
                }
                else
                {
                    old.Add(kept.Session);
                }
            }

            while (keep.TryPop(out var kept))
            {
                _kept.Push(kept);
            }
        }

        foreach (var session in old)
        {
            _ = session.StopAsync().AsTask(); // answers when the store has gone; nobody waits for that
        }
    }

    private bool Describe(WasmException failure, in CallStages stages, FunctionSession? session)
    {
        var details = new CallDetails(Entry.Active, stages.Timing(), Replayed: false, session?.MayHaveRun(failure) ?? false);
        failure.Context = details;
        FunctionMetrics.Answered(_runtime.Options.Logger, Entry.Name, failure.Code, details.Timing);
        return false;
    }

    private void Leave()
    {
        bool last;
        lock (_lock)
        {
            last = --_users == 0 && _closed;
        }

        if (last)
        {
            Dispose();
        }
    }
}
