using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Finds what a command lacks before a store sees it: anybody may send one, with whatever in it.</summary>
internal static class CommandCheck
{
    /// <summary>Returns null for a command that can be executed; otherwise the error that answers it.</summary>
    internal static WasmError? Flaw(Command command) => Missing(command) is { } member
        ? new WasmError(
            ErrorCode.BadArguments,
            $"{command.GetType().Name} came without its {member}: the command was not executed. Set {member}.")
        : null;

    private static string? Missing(Command command) => command switch
    {
        Call => null, // the most frequent one: its constructor copies the arguments
        CallBatch { Calls: null } => nameof(CallBatch.Calls),
        CallBatch batch => Array.IndexOf(batch.Copy!, null) is >= 0 and var at
            ? $"{nameof(CallBatch.Calls)}[{at}]"
            : null,
        Instantiate { Module: null } => nameof(Instantiate.Module),
        Instantiate { Imports: null } => nameof(Instantiate.Imports),
        InstantiateInOrder { Module: null } => nameof(InstantiateInOrder.Module),
        InstantiateInOrder { Imports: null } => nameof(InstantiateInOrder.Imports),
        CreateFunc { Definition: null } => nameof(CreateFunc.Definition),
        CreateServedFunc { Definition: null } => nameof(CreateServedFunc.Definition),
        CreateMemory { Type: null } => nameof(CreateMemory.Type),
        CreateTable { Type: null } => nameof(CreateTable.Type),
        CreateGlobal { Type: null } => nameof(CreateGlobal.Type),
        RestoreState { Deltas: null } => nameof(RestoreState.Deltas),
        _ => null,
    };
}
