using Serilog;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.State.Commits;

/// <summary>
/// Collects requests while a group of them is under way, and then sends them as the next group: one at a time, in the
/// order in
/// which they came. Used from any thread, and blocks none.
/// </summary>
/// <param name="limits">Its bounds.</param>
/// <param name="send">Executes a group: one answer for each item, in their order.</param>
/// <param name="sizeOf">The bytes that an item takes.</param>
/// <param name="isRead">Whether a group changes nothing: then no outcome is unknown.</param>
/// <param name="isUnknown">Whether an answer says that nobody can tell any more what became of the request.</param>
/// <param name="watch">Learns of groups that ended.</param>
/// <param name="log">Where it is logged that a listener to measurements throws.</param>
/// <param name="time">The clock.</param>
internal sealed class GroupLine<TItem, TAnswer>(
    LineLimits limits,
    Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TAnswer>>> send,
    Func<TItem, long> sizeOf,
    bool isRead,
    Func<TAnswer, bool> isUnknown,
    IGroupWatch<TAnswer> watch,
    ILogger log,
    TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<LineRequest<TItem, TAnswer>> _queue = new();
    private readonly List<LineRequest<TItem, TAnswer>> _group = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _deadlines;
    private TimeSpan _lastGroup = TimeSpan.FromMilliseconds(5);
    private int _requests;
    private long _bytes;
    private bool _runs;
    private bool _closed;

    /// <summary>Requests that wait or are under way.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    /// <summary>Enters the line.</summary>
    /// <exception cref="WasmError"><c>call.busy</c>, <c>state.unavailable</c>, <c>call.unanswered</c></exception>
    /// <exception cref="OperationCanceledException">The request left the queue before it was sent.</exception>
    internal ValueTask<TAnswer> EnterAsync(TItem item, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TAnswer>(cancellation);
        }

        var request = new LineRequest<TItem, TAnswer>(item, sizeOf(item), time.GetTimestamp());
        bool starts;
        lock (_lock)
        {
            if (_closed)
            {
                return ValueTask.FromException<TAnswer>(LineFailures.Closed());
            }

            if (_requests >= limits.Requests || (_requests > 0 && _bytes + request.Bytes > limits.Bytes))
            {
                return ValueTask.FromException<TAnswer>(LineFailures.Busy(limits, _lastGroup));
            }

            Interlocked.Increment(ref _requests);
            Interlocked.Add(ref _bytes, request.Bytes);
            _queue.Enqueue(request);
            starts = !_runs;
            _runs = true;
        }

        if (starts)
        {
            _ = Task.Run(RunAsync, CancellationToken.None);
        }

        return cancellation.CanBeCanceled ? new ValueTask<TAnswer>(WithCancellationAsync(request, cancellation))
            : new ValueTask<TAnswer>(request.Answer);
    }

    /// <summary>Accepts nothing more, and waits until everything is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (!_runs)
            {
                _idle.TrySetResult();
            }
        }

        // After this time every request is answered, even if the database never returns.
        await Task.WhenAny(_idle.Task, Task.Delay(limits.Patience * 1.5, time)).ConfigureAwait(false);
        _deadlines?.Dispose();
    }

    private async Task<TAnswer> WithCancellationAsync(LineRequest<TItem, TAnswer> request,
        CancellationToken cancellation)
    {
        var registration = cancellation.UnsafeRegister(_ => Cancel(request, cancellation), null);
        await using (registration.ConfigureAwait(false))
        {
            return await request.Answer.ConfigureAwait(false);
        }
    }

    private void Cancel(LineRequest<TItem, TAnswer> request, CancellationToken cancellation)
    {
        if (request.TryLeave())
        {
            Release(request);
            request.TryCancel(cancellation);
        }
        else
        {
            request.TryFail(isRead ? new OperationCanceledException(cancellation)
                : LineFailures.Unanswered("it was cancelled while its transaction was under way", null));
        }
    }

    // Runs while there is something to do; a new one begins with the next request.
    private async Task RunAsync()
    {
        var period = limits.Patience / 8;
        lock (_lock)
        {
            _deadlines ??= time.CreateTimer(_ =>
                AnswerLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _deadlines.Change(period, period);
        while (TryCollect(out var items))
        {
            long began = time.GetTimestamp();
            await SendAsync(items, began).ConfigureAwait(false);
            _lastGroup = time.GetElapsedTime(began);
            lock (_lock)
            {
                foreach (var request in _group)
                {
                    Release(request);
                }

                _group.Clear();
            }
        }
    }

    private bool TryCollect(out TItem[] items)
    {
        lock (_lock)
        {
            long bytes = 0;
            while (_group.Count < limits.GroupRequests && _queue.TryPeek(out var next)
                && (_group.Count == 0 || bytes + next.Bytes <= limits.GroupBytes))
            {
                _queue.Dequeue();
                if (next.TryBegin())
                {
                    bytes += next.Bytes;
                    _group.Add(next);
                }
            }

            items = [.. _group.Select(static r => r.Item)];
            if (items.Length == 0)
            {
                _runs = false;
                _deadlines?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                if (_closed)
                {
                    _idle.TrySetResult();
                }
            }

            return items.Length > 0;
        }
    }

    private async Task SendAsync(TItem[] items, long began)
    {
        Exception? unknown = null;
        using var over = new CancellationTokenSource(limits.Patience, time);
        while (true)
        {
            try
            {
                var answers = await send(items, over.Token).ConfigureAwait(false);
                if (answers.Count != items.Length)
                {
                    throw new InvalidOperationException(
                        $"The store of states gave {answers.Count} answers to {items.Length} requests.");
                }

                Answer(answers, began);
                return;
            }
            catch (WasmError known) when (known.Code == ErrorCode.StateUnavailable && unknown is null)
            {
                Fail(known, known);
                return;
            }
            catch (Exception failure)
            {
                unknown = failure;
            }

            if (isRead || time.GetElapsedTime(began) + limits.Pause >= limits.Patience)
            {
                string why = $"{unknown.GetType().Name}: {unknown.Message}";
                Fail(unknown, isRead ? LineFailures.Unavailable(why, unknown) : LineFailures.Unanswered(why, unknown));
                return;
            }

            await Task.Delay(limits.Pause, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void Answer(IReadOnlyList<TAnswer> answers, long began)
    {
        long now = time.GetTimestamp();
        for (int i = 0; i < _group.Count; i++)
        {
            _ = isUnknown(answers[i]) ? _group[i].TryFail(LineFailures.Untold()) : _group[i].TryAnswer(answers[i]);
        }

        try
        {
            long bytes = 0;
            for (int i = 0; i < _group.Count; i++)
            {
                bytes += _group[i].Bytes;
                watch.Answered(answers[i], time.GetElapsedTime(_group[i].Entered, now));
            }

            watch.Sent(answers.Count, bytes, time.GetElapsedTime(began, now));
        }
        catch (Exception failure)
        {
            log.Error(failure, "A listener to measurements of commits threw");
        }
    }

    // Each gets an exception of its own: stack traces are written into it.
    private void Fail(Exception failure, WasmError answer)
    {
        foreach (var request in _group)
        {
            request.TryFail(new WasmError(answer.Code, answer.Message, failure) { RetryAfter = answer.RetryAfter });
        }

        try
        {
            watch.Failed(_group.Count, failure);
        }
        catch (Exception thrown)
        {
            log.Error(thrown, "A listener to measurements of commits threw");
        }
    }

    // A database that neither answers nor fails keeps nobody waiting.
    private void AnswerLate()
    {
        var late = new List<LineRequest<TItem, TAnswer>>();
        lock (_lock)
        {
            while (_queue.TryPeek(out var first) && IsLate(first))
            {
                _queue.Dequeue();
                if (first.TryLeave())
                {
                    Release(first);
                    late.Add(first);
                }
            }

            foreach (var request in _group.Where(IsLate))
            {
                request.TryFail(isRead ? LineFailures.Late(limits) : LineFailures.Unconfirmed(limits));
            }
        }

        foreach (var request in late)
        {
            request.TryFail(LineFailures.Late(limits));
        }
    }

    private bool IsLate(LineRequest<TItem, TAnswer> request) => time.GetElapsedTime(request.Entered) >= limits.Patience;

    private void Release(LineRequest<TItem, TAnswer> request)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Add(ref _bytes, -request.Bytes);
    }
}
