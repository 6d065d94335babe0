using Akka.Actor;
using Akka.TestKit.Xunit2;
using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using WasmActors.Functions.Wire;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

public class CatalogueActorTests : TestKit
{
    private const string Strict = """
        akka.actor {
          serialize-messages = on
          serializers {
            wasmactors = "WasmActors.Functions.Serialization.WireSerializer, WasmActors.Actors"
            json = "WasmActors.Functions.Serialization.DenyingSerializer, WasmActors.Actors"
          }
          serialization-bindings { "WasmActors.Functions.Wire.IWireMessage, WasmActors.Actors" = wasmactors }
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
    public void Much_is_sent_in_parts_of_a_bounded_size_that_become_visible_together()
    {
        for (int i = 0; i < 80; i++)
        {
            Ask<Accepted>(Large($"f{i:d2}"));
        }

        Ask<Accepted>(new Delete("f00"));
        var catalogue = new FunctionCatalogue();
        var catchUp = new CatalogueCatchUp(catalogue);
        int parts = 0;
        Changes part;
        do
        {
            Assert.Equal(0, catalogue.Revision);
            part = Ask<Changes>(catchUp.Ask());
            Assert.InRange(part.Entries.Sum(FunctionCodec.SizeOf), part.More ? CataloguePages.MaxBytes / 2 : 1, CataloguePages.MaxBytes);
            parts++;
        }
        while (catchUp.Take(part));

        Assert.Equal(3, parts);
        Assert.Equal(81, catalogue.Revision);
        Assert.Equal(Enumerable.Range(1, 79).Select(i => $"f{i:d2}"), catalogue.List().Select(e => e.Name), StringComparer.Ordinal);
        Assert.True(catalogue.Known.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_announcement_has_the_changed_function_only()
    {
        for (int i = 0; i < 10; i++)
        {
            Ask<Accepted>(Specs.Deploy($"f{i}"));
        }

        var behind = CreateTestProbe(); // asked from the beginning and has not asked for the rest
        _catalogue.Tell(new Follow(0), behind);
        behind.ExpectMsg<Changes>(Expect.Patience);
        Ask<Accepted>(Specs.Deploy("f3", digest: 'b'));

        var change = behind.ExpectMsg<Changes>(Expect.Patience);
        Assert.Equal((10, 11, "f3"), (change.Since, change.UpTo, Assert.Single(change.Entries).Name));
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

    private static CatalogueProtocol.Deploy Large(string name)
    {
        var deploy = Specs.Deploy(name);
        return deploy with { Spec = deploy.Spec with { Grants = new FunctionGrants { Environment = new FunctionGrants().Environment.Add("LONG", new string('x', 15 << 10)) } } };
    }

    private IActorRef Start() => Sys.ActorOf(CatalogueSupervisor.Props(new CatalogueWriterOptions(TimeProvider.System, Serilog.Core.Logger.None, 10_000)));

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
