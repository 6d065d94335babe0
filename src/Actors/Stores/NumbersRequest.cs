using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Stores;

/// <summary>A call of a function of numbers whose types are known at run time only. Pooled, as <see cref="TypedRequest{TArgs,TResult}"/>.</summary>
internal sealed class NumbersRequest : StoreRequest<Results>
{
    private ExternId _func;
    private Val[] _arguments = [];

    private NumbersRequest() => RequestSweeper.Watch(this);

    internal override StoreProtocol.Command? Command => null;

    internal override ExternId? Function => _func;

    private protected override bool ServesOnce => false;

    /// <summary>A request for one call; the arguments are of the function's types, and must not change until it is answered.</summary>
    internal static NumbersRequest Rent(ExternId func, Val[] arguments)
    {
        var request = RequestPool<NumbersRequest>.TryTake() ?? new NumbersRequest();
        request._func = func;
        request._arguments = arguments;
        return request;
    }

    internal override GuestCall Begin(StoreSession session) => session.Begin(session.Func(_func), _arguments);

    internal override void Completed(GuestCall work) => Succeed(((FuncCall)work).Results);

    internal override void Reply(object reply) => throw new InvalidOperationException("A call of numbers has no command to reply to.");

    protected override void Recycle()
    {
        _arguments = [];
        RequestPool<NumbersRequest>.Put(this);
    }
}
