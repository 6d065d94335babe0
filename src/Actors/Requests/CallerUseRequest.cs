using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>Reads or changes an export of an instance whose guest waits for an import, an object that it imports, or
/// its store.</summary>
internal sealed class CallerUseRequest<TReply>(ImportId import, string? export, Func<ExternId, StoreProtocol.Command> command)
    : StoreRequest<TReply>, ICallerUse
    where TReply : class
{
    public ImportId Import => import;

    public string? Export => export;

    internal override bool IsForCaller => true;

    internal override CallKind Kind => CallKind.Access;

    public StoreProtocol.Command CommandFor(ExternId item) => command(item);

    public void Reply(object reply)
    {
        if (reply is TReply expected)
        {
            Succeed(expected);
        }
        else
        {
            Fail(reply is StoreProtocol.Failed failed
                ? failed.Failure.ToException()
                : new WasmError(
                    ErrorCode.EngineError,
                    $"The caller's {GuestText.Clean(export ?? "store", GuestText.NameLimit)} answered {reply.GetType().Name}."));
        }
    }
}
