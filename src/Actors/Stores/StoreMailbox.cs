using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using WasmActors.Actors.Mailboxes;

namespace WasmActors.Actors.Stores;

/// <summary>Makes the mailboxes of stores' actors: <c>wasmactors.store-mailbox</c> in config/wasmactors.conf.</summary>
/// <remarks>Commands (<see cref="Messages.StoreProtocol.Command"/>) count against <see cref="StoreSpec.QueueLimit"/>
/// and the host's bounds from
/// the moment they are sent; one that finds no room is answered <c>call.busy</c> at once, on its sender's thread. What
/// the system sends is never refused.</remarks>
public sealed class StoreMailbox : MailboxType
{
    internal const string Id = "wasmactors.store-mailbox";

    /// <summary>Akka calls this.</summary>
    public StoreMailbox(Settings settings, Config config)
        : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new StoreQueue(system.DeadLetters);
    }
}
