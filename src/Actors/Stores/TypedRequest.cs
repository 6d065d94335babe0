using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop.Marshalling;

namespace WasmActors.Actors.Stores;

/// <summary>A call with numbers only. Pooled: in steady state it allocates nothing.</summary>
internal sealed class TypedRequest<TArgs, TResult> : StoreRequest<TResult>
{
    private ExternId _func;
    private TArgs _arguments = default!;

    private TypedRequest() => RequestSweeper.Watch(this);

    internal override StoreProtocol.Command? Command => null;

    internal override ExternId? Function => _func;

    private protected override bool ServesOnce => false;

    /// <summary>A request for one call; the function's types have been checked against the C# types.</summary>
    internal static TypedRequest<TArgs, TResult> Rent(ExternId func, in TArgs arguments)
    {
        var request = InstancePool<TypedRequest<TArgs, TResult>>.TryTake() ?? new TypedRequest<TArgs, TResult>();
        request._func = func;
        request._arguments = arguments;
        return request;
    }

    internal override GuestCall Begin(StoreSession session)
    {
        var call = session.Store.Rent(session.Func(_func));
        if (!call.Slots.IsEmpty)
        {
            TypedArgs<TArgs>.Write(ref call.Slots[0], in _arguments);
        }

        return call;
    }

    internal override void Completed(GuestCall work)
    {
        var call = (FuncCall)work;
        Succeed(call.Slots.IsEmpty ? default! : TypedCall<TResult>.Read(ref call.Slots[0]));
    }

    internal override void Reply(object reply) => throw new InvalidOperationException("A typed call has no command to reply to.");

    protected override void Recycle() => InstancePool<TypedRequest<TArgs, TResult>>.Put(this);
}
