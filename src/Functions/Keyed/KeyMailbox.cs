using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace WasmActors.Functions.Keyed;

/// <summary>Makes the mailboxes of keys' actors, of which there are very many: <c>wasmactors.key-mailbox</c> in
/// config/wasmactors-cluster.conf.</summary>
public sealed class KeyMailbox : MailboxType
{
    internal const string Id = "wasmactors.key-mailbox";

    /// <summary>Akka calls this.</summary>
    public KeyMailbox(Settings settings, Config config)
        : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new KeyQueue(system.DeadLetters);
    }
}
