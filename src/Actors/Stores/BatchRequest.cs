using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

/// <summary>Many calls of one function with numbers in one message.</summary>
internal sealed class BatchRequest<TArgs, TResult>(ExternId func, ReadOnlyMemory<TArgs> arguments) : StoreRequest<BatchResult<TResult>>
{
    private BatchCall<TArgs, TResult>? _batch;

    internal override StoreProtocol.Command? Command => null;

    internal override CallKind Kind => CallKind.Batch;

    internal override ExternId? Function => func;

    internal override GuestCall Begin(StoreSession session) => _batch = new BatchCall<TArgs, TResult>(session.Func(func), arguments);

    internal override void Completed(GuestCall work) => Succeed(new BatchResult<TResult>(_batch!.ResultArray, _batch.Completed, null));

    /// <summary>A batch that fails after some calls still tells their results.</summary>
    internal override bool CompletesInSpiteOf(WasmException failure)
    {
        if (_batch is null)
        {
            return false;
        }

        Record?.Fail(failure);
        Succeed(new BatchResult<TResult>(_batch.ResultArray, _batch.Completed, failure));
        return true;
    }

    internal override void Reply(object reply) => throw new InvalidOperationException("A batch has no command to reply to.");
}
