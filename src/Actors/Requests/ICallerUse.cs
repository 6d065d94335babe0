using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Requests;

/// <summary>A request to read or change something of the waiting instance. The command is known once the export was
/// found.</summary>
internal interface ICallerUse : ICallerRequest, ICommandWork
{
    /// <summary>The export, or else the imported object, that it uses; null for the store itself.</summary>
    string? Export { get; }

    /// <summary>Returns the command that uses the item.</summary>
    StoreProtocol.Command CommandFor(ExternId item);
}
