using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

/// <summary>A command of the protocol, awaited for its reply.</summary>
/// <typeparam name="TReply">The command's own reply; a <see cref="StoreProtocol.Failed"/> is thrown.</typeparam>
internal sealed class CommandRequest<TReply> : StoreRequest<TReply>
    where TReply : class
{
    internal CommandRequest(StoreProtocol.Command command) => Command = command;

    internal override StoreProtocol.Command Command { get; }

    internal override void Reply(object reply)
    {
        if (reply is TReply expected)
        {
            Succeed(expected);
        }
        else
        {
            FailBy(reply);
        }
    }
}
