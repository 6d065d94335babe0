using System.Threading.Tasks.Sources;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>A request that is awaited for a <typeparamref name="TResult"/>.</summary>
internal abstract class StoreRequest<TResult> : StoreRequest, IValueTaskSource<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _core;
    private WasmException? _failure;
    private TResult _result = default!;

    /// <summary>The awaitable of the current use.</summary>
    internal ValueTask<TResult> Task => new(this, _core.Version);

    TResult IValueTaskSource<TResult>.GetResult(short token)
    {
        Release();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (AnsweredByActor)
            {
                _core.Reset();
                _failure = null;
                _result = default!;
                Rest();
                Recycle();
            }
        }
    }

    /// <summary>It was not sent: it may serve again.</summary>
    internal void Refused() => Recycle();

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Gives the object back to its pool, if it has one.</summary>
    protected virtual void Recycle()
    {
    }

    /// <summary>The actor's success.</summary>
    protected void Succeed(TResult result)
    {
        if (TryFinish())
        {
            _result = result;
            Finish();
        }
    }

    /// <summary>The actor answered something other than the command's own reply.</summary>
    protected void FailBy(object reply) => Fail(reply is StoreProtocol.Failed failed
        ? failed.Failure.ToException()
        : new WasmError(ErrorCode.EngineError, $"{Command!.GetType().Name} was answered with {reply.GetType().Name}."));

    protected override void SetFailure(WasmException failure)
    {
        failure.Owner = Cell.Id;
        _failure = failure;
    }

    protected override void Publish()
    {
        if (_failure is { } failure)
        {
            _core.SetException(failure);
        }
        else
        {
            _core.SetResult(_result);
        }
    }
}
