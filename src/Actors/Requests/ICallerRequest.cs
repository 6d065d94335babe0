using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Requests;

/// <summary>A request for an instance whose guest waits for an import. It does not queue behind the store's other
/// work.</summary>
internal interface ICallerRequest
{
    /// <summary>The import that the guest must still wait for.</summary>
    ImportId Import { get; }
}
