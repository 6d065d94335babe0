using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Content;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Tests.Calls;

public class UndeliveredCallsTests : TestKit
{
    private static readonly Invoke s_call = new(7, "f", "k", "e", 0, new CallTime(TimeProvider.System, TimeSpan.FromSeconds(1)), new FunctionInput.Numbers([]));

    public UndeliveredCallsTests()
        : base("akka.stdout-loglevel = OFF\nakka.loglevel = OFF")
    {
        var undelivered = Sys.ActorOf(Props.Create(() => new UndeliveredCalls()));
        undelivered.Ask<ActorIdentity>(new Identify(null), Expect.Patience).GetAwaiter().GetResult(); // it listens
    }

    [Fact]
    public void A_call_to_an_actor_that_has_ended_comes_back()
    {
        var ended = CreateTestProbe();
        Watch(ended);
        Sys.Stop(ended);
        ExpectTerminated(ended, Expect.Patience);

        ended.Ref.Tell(s_call, TestActor);

        ExpectMovedBack();
    }

    [Fact]
    public void A_call_that_sharding_drops_comes_back()
    {
        Sys.DeadLetters.Tell(new Dropped(s_call, "handed over", TestActor, ActorRefs.NoSender), TestActor);

        ExpectMovedBack();
    }

    [Fact]
    public void A_call_that_an_actor_does_not_take_comes_back()
    {
        Sys.ActorOf(Props.Create(() => new Deaf())).Tell(s_call, TestActor);

        ExpectMovedBack();
    }

    [Fact]
    public void A_change_of_the_catalogue_that_reaches_no_writer_is_rejected_at_once()
    {
        var ended = CreateTestProbe();
        Watch(ended);
        Sys.Stop(ended);
        ExpectTerminated(ended, Expect.Patience);

        ended.Ref.Tell(Specs.Deploy("fib"), TestActor);

        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, ExpectMsg<CatalogueProtocol.Refused>(Expect.Patience).Failure.Code);
    }

    private void ExpectMovedBack()
    {
        var failed = ExpectMsg<Failed>(Expect.Patience);
        Assert.Equal((7, FunctionErrorCode.Moved), (failed.Id, failed.Failure.Code));
    }

    private sealed class Deaf : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
