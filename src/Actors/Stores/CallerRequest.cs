using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Stores;

/// <summary>What a request for the caller of an import has beyond others: which waiting import it belongs to.</summary>
internal interface ICallerRequest
{
    /// <summary>The import whose guest must still wait.</summary>
    ImportId Import { get; }

    /// <summary>The export, or else the imported object, that it is for; null for the store itself.</summary>
    string? Export { get; }

    /// <summary>What to do with the export; null to call it.</summary>
    StoreProtocol.Command? CommandFor(ExternId export);
}

/// <summary>Reads or changes an export of the waiting instance, an object that it imports, or its store.</summary>
internal sealed class CallerUseRequest<TReply>(ImportId import, string? export, Func<ExternId, StoreProtocol.Command> command) : StoreRequest<TReply>, ICallerRequest
    where TReply : class
{
    public ImportId Import => import;

    public string? Export => export;

    internal override bool IsForCaller => true;

    internal override StoreProtocol.Command? Command => null;

    internal override CallKind Kind => CallKind.Access;

    public StoreProtocol.Command? CommandFor(ExternId id) => command(id);

    internal override void Reply(object reply)
    {
        if (reply is TReply expected)
        {
            Succeed(expected);
        }
        else
        {
            Fail(reply is StoreProtocol.Failed failed
                ? failed.Failure.ToException()
                : new WasmError(ErrorCode.EngineError, $"The caller's {GuestText.Clean(export ?? "store", GuestText.NameLimit)} answered {reply.GetType().Name}."));
        }
    }
}

/// <summary>Calls an export of the waiting instance.</summary>
internal sealed class CallerCallRequest(ImportId import, string export, object?[] arguments) : StoreRequest<Results>, ICallerRequest
{
    private StoreSession? _session;

    public ImportId Import => import;

    public string? Export => export;

    internal override bool IsForCaller => true;

    internal override StoreProtocol.Command? Command => null;

    internal override CallKind Kind => CallKind.Nested;

    /// <summary>The function to call, once the export was found.</summary>
    internal WasmFunc? Target { get; set; }

    public StoreProtocol.Command? CommandFor(ExternId id) => null;

    internal override GuestCall Begin(StoreSession session)
    {
        _session = session;
        return session.Begin(Target!, Handles.HandleValues.Arguments(Target!.Type, arguments));
    }

    internal override void Completed(GuestCall work) => Succeed(_session!.Results((FuncCall)work));

    internal override void Reply(object reply) => throw new InvalidOperationException("A call of a caller's export has no command to reply to.");
}
