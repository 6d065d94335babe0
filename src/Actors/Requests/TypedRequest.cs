using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop.Marshalling;

namespace WasmActors.Actors.Requests;

/// <summary>Calls a function with numbers only. Pooled: in steady state it allocates nothing.</summary>
internal sealed class TypedRequest<TArgs, TResult> : StoreRequest<TResult>, IGuestWork
{
    private ExternId _func;
    private TArgs _arguments = default!;

    private TypedRequest() => RequestSweeper.Watch(this);

    internal override ExternId? Function => _func;

    private protected override bool ServesOnce => false;

    /// <summary>Returns a request for one call. The function's types have been checked against the C# types.</summary>
    internal static TypedRequest<TArgs, TResult> Rent(ExternId func, in TArgs arguments)
    {
        var request = InstancePool<TypedRequest<TArgs, TResult>>.TryTake() ?? new TypedRequest<TArgs, TResult>();
        request._func = func;
        request._arguments = arguments;
        return request;
    }

    public GuestCall Begin(StoreSession session)
    {
        var call = session.Store.Rent(session.Func(_func));
        if (!call.Slots.IsEmpty)
        {
            TypedArgs<TArgs>.Write(ref call.Slots[0], in _arguments);
        }

        return call;
    }

    public void Complete(GuestCall call)
    {
        var results = ((FuncCall)call).Slots;
        Succeed(results.IsEmpty ? default! : TypedCall<TResult>.Read(ref results[0]));
    }

    protected override void Recycle() => InstancePool<TypedRequest<TArgs, TResult>>.Put(this);
}
