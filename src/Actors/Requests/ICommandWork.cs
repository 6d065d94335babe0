namespace WasmActors.Actors.Requests;

/// <summary>Work that is a command of <see cref="Messages.StoreProtocol"/>: the actor answers it with a
/// reply.</summary>
internal interface ICommandWork
{
    /// <summary>Answers the command with its reply, or with a <see cref="Messages.StoreProtocol.Failed"/>.</summary>
    void Reply(object reply);
}
