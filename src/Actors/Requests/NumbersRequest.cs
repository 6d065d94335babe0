using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Requests;

/// <summary>Calls a function of numbers whose types are known at run time only. Pooled, as
/// <see cref="TypedRequest{TArgs,TResult}"/>.</summary>
internal sealed class NumbersRequest : StoreRequest<Results>, IGuestWork
{
    private ExternId _func;
    private Val[] _arguments = [];

    private NumbersRequest() => RequestSweeper.Watch(this);

    internal override ExternId? Function => _func;

    private protected override bool ServesOnce => false;

    /// <summary>Returns a request for one call. The arguments have the function's types and must not change until it
    /// is answered.</summary>
    internal static NumbersRequest Rent(ExternId func, Val[] arguments)
    {
        var request = InstancePool<NumbersRequest>.TryTake() ?? new NumbersRequest();
        request._func = func;
        request._arguments = arguments;
        return request;
    }

    public GuestCall Begin(StoreSession session) => session.Begin(session.Func(_func), _arguments);

    public void Complete(GuestCall call) => Succeed(((FuncCall)call).Results);

    protected override void Recycle()
    {
        _arguments = [];
        InstancePool<NumbersRequest>.Put(this);
    }
}
