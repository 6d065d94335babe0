using Akka.Actor;
using Akka.TestKit.Xunit2;
using WasmActors.Actors.Functions;
using WasmActors.Actors.Functions.Catalogue;
using WasmActors.Cluster.Tests.Support;
using static WasmActors.Actors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Cluster.Tests.Functions.Catalogue;

public class CatalogueActorTests : TestKit
{
    private const string Strict = """
        akka.actor {
          serialize-messages = on
          serializers {
            wasmactors = "WasmActors.Actors.Serialization.WireSerializer, WasmActors.Actors"
            json = "WasmActors.Actors.Serialization.DenyingSerializer, WasmActors.Actors"
          }
          serialization-bindings { "WasmActors.Actors.Serialization.IWireMessage, WasmActors.Actors" = wasmactors }
        }
        akka.stdout-loglevel = OFF
        akka.loglevel = OFF
        """;

    private IActorRef _catalogue;

    public CatalogueActorTests()
        : base(BrokenJournal.Settings + Strict)
    {
        BrokenJournal.FailNext(0);
        _catalogue = Start();
    }

    [Fact]
    public void A_command_is_answered_with_the_version_and_the_revision()
    {
        Assert.Equal(new Accepted(1, 1), Ask<Accepted>(Specs.Deploy("fib")));
        Assert.Equal(new Accepted(2, 2), Ask<Accepted>(Specs.Deploy("fib", digest: 'b')));
        Assert.Equal(new Accepted(2, 2), Ask<Accepted>(Specs.Deploy("fib", digest: 'b'))); // the same again
        Assert.Equal(new Accepted(3, 1), Ask<Accepted>(new Activate("fib", null, RollOut.AtOnce)));
        Assert.Equal(new Accepted(4, 0), Ask<Accepted>(new Delete("fib")));
        Assert.Equal(FunctionErrorCode.NotFound, Ask<Refused>(new Delete("fib")).Failure.Code);
    }

    [Fact]
    public void What_was_accepted_is_there_after_a_restart()
    {
        Ask<Accepted>(Specs.Deploy("fib"));
        Ask<Accepted>(Specs.Deploy("fib", digest: 'b'));
        Ask<Accepted>(Specs.Deploy("gone"));
        Ask<Accepted>(new Delete("gone"));
        var before = Follow(0);

        Restart();

        var after = Follow(0);
        Assert.Equal(before.UpTo, after.UpTo);
        Assert.Equal(before.Entries.Select(e => (e.Name, e.Revision, e.Active, e.LastNumber)), after.Entries.Select(e => (e.Name, e.Revision, e.Active, e.LastNumber)));
        Assert.Equal(new Accepted(5, 2), Ask<Accepted>(Specs.Deploy("gone")));
    }

    [Fact]
    public void Who_follows_is_told_of_each_change()
    {
        Ask<Accepted>(Specs.Deploy("fib"));
        var follower = CreateTestProbe();

        _catalogue.Tell(new Follow(0), follower);
        Assert.Equal(1, follower.ExpectMsg<Changes>(Expect.Patience).UpTo);
        Ask<Accepted>(Specs.Deploy("add"));

        var change = follower.ExpectMsg<Changes>(Expect.Patience);
        Assert.Equal((1, 2, false), (change.Since, change.UpTo, change.More));
        Assert.Equal("add", Assert.Single(change.Entries).Name);
    }

    [Fact]
    public void Much_is_told_in_parts()
    {
        for (int i = 0; i < 5; i++)
        {
            Ask<Accepted>(Specs.Deploy($"f{i}"));
        }

        var catalogue = new FunctionCatalogue();
        int parts = 0;
        Changes part;
        do
        {
            part = Follow(catalogue.Revision);
            Assert.True(catalogue.Apply(part));
            parts++;
        }
        while (part.More);

        Assert.Equal(3, parts);
        Assert.Equal(["f0", "f1", "f2", "f3", "f4"], catalogue.List().Select(e => e.Name), StringComparer.Ordinal);
        Assert.True(catalogue.Known.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_follower_that_is_ahead_starts_over()
    {
        Ask<Accepted>(Specs.Deploy("fib"));
        var catalogue = new FunctionCatalogue();
        catalogue.Apply(new Changes(0, 9, false, false, [new FunctionEntry("old", 9, 0, 3, 9, [])]));

        Assert.True(catalogue.Apply(Follow(catalogue.Revision)));

        Assert.Equal(1, catalogue.Revision);
        Assert.Equal("fib", Assert.Single(catalogue.List()).Name);
    }

    [Fact]
    public void A_change_that_the_journal_does_not_take_is_answered_and_the_next_one_is_stored()
    {
        Ask<Accepted>(Specs.Deploy("fib"));
        BrokenJournal.FailNext(1);

        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, Ask<Refused>(Specs.Deploy("lost")).Failure.Code);

        AwaitAssert(() => Assert.Equal(new Accepted(2, 1), Ask<Accepted>(Specs.Deploy("add"))), Expect.Patience, TimeSpan.FromMilliseconds(20));
        Assert.Equal(["fib", "add"], Follow(0).Entries.Select(e => e.Name), StringComparer.Ordinal);
    }

    private IActorRef Start() => Sys.ActorOf(CatalogueActor.Props(TimeProvider.System, Serilog.Core.Logger.None));

    private void Restart()
    {
        Watch(_catalogue);
        Sys.Stop(_catalogue);
        ExpectTerminated(_catalogue, Expect.Patience);
        _catalogue = Start();
    }

    private Changes Follow(long revision) => Ask<Changes>(new Follow(revision));

    private T Ask<T>(object command)
    {
        object reply = _catalogue.Ask<object>(command, Expect.Patience).GetAwaiter().GetResult();
        return Assert.IsType<T>(reply);
    }
}
