using Akka.Actor;
using Akka.TestKit.Xunit2;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Calls;

/// <summary>Which outputs a node keeps for their callers: those of callers on other nodes only.</summary>
public class OutputShelfTests : TestKit
{
    private const int Large = Payload.InlineLimit + 1;
    private static readonly TimeSpan s_time = TimeSpan.FromMinutes(5);

    private readonly PayloadShelf _shelf = new(TimeProvider.System, 3 * Large);

    public OutputShelfTests()
        : base("akka { stdout-loglevel = OFF, loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }") =>
        _shelf.Holder = Sys.ActorOf(Props.Create(() => new PayloadHolder(_shelf)));

    [Fact]
    public void A_caller_of_this_process_gets_the_output_itself_however_much_is_kept_for_others()
    {
        _shelf.Put(new byte[3 * Large], s_time);
        var output = new FunctionOutput.Bytes(Payload.Inline(new byte[10 * Large]));

        Assert.Same(output, _shelf.For(TestActor, output, s_time));
        Assert.Equal(3 * Large, _shelf.HeldBytes);
    }

    [Fact]
    public void Large_payloads_are_kept_for_a_caller_of_another_process_and_small_ones_travel()
    {
        var output = new FunctionOutput.Program(3, Payload.Inline(new byte[Large]), Payload.Inline(new byte[Large - 1]));

        var ready = Assert.IsType<FunctionOutput.Program>(_shelf.For(Elsewhere(), output, s_time));

        Assert.Equal((3, _shelf.Holder, null), (ready.Status, ready.Stdout.Holder, ready.Stderr.Holder));
        Assert.Equal(Large, _shelf.HeldBytes);
    }

    [Fact]
    public void Nothing_stays_kept_of_an_output_that_finds_no_room()
    {
        var output = new FunctionOutput.Program(0, Payload.Inline(new byte[2 * Large]), Payload.Inline(new byte[2 * Large]));

        Assert.Equal(ErrorCode.Busy, Assert.Throws<WasmError>(() => _shelf.For(Elsewhere(), output, s_time)).Code);
        Assert.Equal(0, _shelf.HeldBytes);
    }

    private IActorRef Elsewhere() => ((ExtendedActorSystem)Sys).Provider.ResolveActorRef("akka.tcp://elsewhere@127.0.0.1:1/user/caller");
}
