using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>An instantiation, awaited for the instance's handle: without the state of an async method for each.</summary>
internal sealed class InstanceRequest(StoreRef store, WasmModule module, StoreProtocol.Command command) : StoreRequest<InstanceRef>
{
    internal override StoreProtocol.Command Command { get; } = command;

    internal override void Reply(object reply)
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
