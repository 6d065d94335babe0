using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Requests;

/// <summary>Instantiates a module and awaits the handle of the instance, without the state of an async method for
/// each.</summary>
internal sealed class InstanceRequest(StoreRef store, WasmModule module, StoreProtocol.Command command)
    : StoreRequest<InstanceRef>, ICommandWork
{
    internal override StoreProtocol.Command Command { get; } = command;

    public void Reply(object reply)
    {
        if (reply is StoreProtocol.Instantiated made)
        {
            Succeed(new InstanceRef(store, made.Instance, module));
        }
        else
        {
            FailBy(reply);
        }
    }
}
