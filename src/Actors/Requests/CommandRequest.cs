using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>Sends a command of the protocol and awaits its reply.</summary>
/// <typeparam name="TReply">The command's own reply; a <see cref="StoreProtocol.Failed"/> is thrown.</typeparam>
internal sealed class CommandRequest<TReply> : StoreRequest<TReply>, ICommandWork
    where TReply : class
{
    internal CommandRequest(StoreProtocol.Command command) => Command = command;

    internal override StoreProtocol.Command Command { get; }

    /// <summary>Answers the command with a failure, which is a reply if a WASI command ended itself.</summary>
    internal override void Fail(WasmException failure)
    {
        if (failure is WasiExit && StoreSession.Failed(Command, failure) is TReply exited)
        {
            Succeed(exited);
        }
        else
        {
            base.Fail(failure);
        }
    }

    public void Reply(object reply)
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
