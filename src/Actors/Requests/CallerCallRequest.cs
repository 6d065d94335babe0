using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Requests;

/// <summary>Calls an export of an instance whose guest waits for an import.</summary>
internal sealed class CallerCallRequest(ImportId import, string export, object?[] arguments)
    : StoreRequest<Results>, IGuestWork, ICallerRequest
{
    private StoreSession? _session;

    public ImportId Import => import;

    /// <summary>The export to call.</summary>
    internal string Export => export;

    internal override bool IsForCaller => true;

    internal override CallKind Kind => CallKind.Nested;

    /// <summary>The function to call, once the export was found.</summary>
    internal WasmFunc? Target { get; set; }

    public GuestCall Begin(StoreSession session)
    {
        _session = session;
        return session.Begin(Target!, HandleValues.Arguments(Target!.Type, arguments));
    }

    public void Complete(GuestCall call) => Succeed(_session!.Results((FuncCall)call));
}
