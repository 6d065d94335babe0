using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>Sends many calls of one function of numbers in one message.</summary>
internal sealed class BatchRequest<TArgs, TResult>(ExternId func, ReadOnlyMemory<TArgs> arguments)
    : StoreRequest<BatchResult<TResult>>, IGuestWork
{
    private BatchCall<TArgs, TResult>? _batch;

    internal override CallKind Kind => CallKind.Batch;

    internal override ExternId? Function => func;

    public GuestCall Begin(StoreSession session) => _batch = new BatchCall<TArgs, TResult>(session.Func(func), arguments);

    public void Complete(GuestCall call) => Succeed(new BatchResult<TResult>(_batch!.ResultArray, _batch.Completed, null));

    /// <summary>Answers with the results of the calls before the one that failed.</summary>
    internal override void Fail(WasmException failure)
    {
        if (_batch is null)
        {
            base.Fail(failure);
            return;
        }

        Record?.Fail(failure);
        Succeed(new BatchResult<TResult>(_batch.ResultArray, _batch.Completed, failure));
    }
}
