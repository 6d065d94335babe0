using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>Repeats one command of a store's recipe. Nobody waits for its reply.</summary>
internal sealed class ReplayedStep : StoreWork, ICommandWork
{
    internal ReplayedStep(StoreCell cell, StoreProtocol.Command command)
    {
        Cell = cell;
        Command = command;
    }

    internal override StoreProtocol.Command Command { get; }

    internal override bool TryTake() => true;

    internal override void Fail(WasmException failure)
    {
    }

    public void Reply(object reply)
    {
    }
}
