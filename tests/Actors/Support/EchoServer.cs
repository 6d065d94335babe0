using Akka.Actor;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Support;

/// <summary>An actor that answers imports by a function of the test's; null for no answer.</summary>
internal sealed class EchoServer : UntypedActor
{
    private readonly Func<ImportCall, object?> _answer;

    public EchoServer(Func<ImportCall, object?> answer) => _answer = answer;

    protected override void OnReceive(object message)
    {
        if (message is ImportCall call && _answer(call) is { } answer)
        {
            Sender.Tell(answer);
        }
    }
}

/// <summary>Starts such servers.</summary>
internal static class EchoServers
{
    internal static IActorRef StartEcho(this ActorSystem system, Func<ImportCall, object?> answer) =>
        system.ActorOf(Props.Create(() => new EchoServer(answer)));
}
