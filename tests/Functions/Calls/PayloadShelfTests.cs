using System.Security.Cryptography;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Calls;

public class PayloadShelfTests : TestKit
{
    private static readonly TimeSpan s_time = TimeSpan.FromMinutes(5);

    private readonly PayloadShelf _shelf = new(TimeProvider.System, 1_000_000);

    public PayloadShelfTests()
        : base("akka.stdout-loglevel = OFF\nakka.loglevel = OFF") =>
        _shelf.Holder = Sys.ActorOf(Props.Create(() => new PayloadHolder(_shelf)));

    [Fact]
    public void Few_bytes_travel_along()
    {
        var payload = _shelf.Put(new byte[Payload.InlineLimit], s_time);

        Assert.Null(payload.Holder);
        Assert.Equal(0, _shelf.HeldBytes);
    }

    [Theory]
    [InlineData(Payload.InlineLimit + 1)]
    [InlineData(PayloadShelf.PartBytes)]
    [InlineData(PayloadShelf.PartBytes + 1)]
    [InlineData(10 * PayloadShelf.PartBytes)]
    public async Task Many_bytes_are_fetched_in_parts(int length)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(length);
        var held = _shelf.Put(bytes, s_time);
        Assert.Equal(length, _shelf.HeldBytes);

        var fetched = await Expect.SoonAsync(PayloadShelf.FetchAsync(AsSeenFromElsewhere(held), new CallTime(TimeProvider.System, s_time), CancellationToken.None));

        Assert.Equal(bytes, fetched.ToArray());
    }

    [Fact]
    public async Task What_was_let_go_of_cannot_be_fetched()
    {
        var held = _shelf.Put(new byte[200_000], s_time);
        held.Holder!.Tell(new PayloadProtocol.Release(held.Id));
        await Expect.ConditionAsync(() => _shelf.HeldBytes == 0, "the bytes are let go of");

        await Expect.FailureAsync(FunctionErrorCode.Unanswered, PayloadShelf.FetchAsync(AsSeenFromElsewhere(held), new CallTime(TimeProvider.System, s_time), CancellationToken.None));
    }

    [Fact]
    public async Task A_holder_that_does_not_answer_ends_the_call_with_its_time()
    {
        var payload = Payload.Elsewhere(200_000, TestActor, 1);

        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => PayloadShelf.FetchAsync(payload, new CallTime(TimeProvider.System, TimeSpan.FromMilliseconds(200)), CancellationToken.None).AsTask().WaitAsync(Expect.Patience));

        Assert.Contains(failure.Code, new[] { FunctionErrorCode.Unanswered, ErrorCode.DeadlineExceeded }, StringComparer.Ordinal);
    }

    [Fact]
    public void More_than_the_limit_is_refused_and_leaves_room_when_it_is_let_go_of()
    {
        var first = _shelf.Put(new byte[600_000], s_time);

        Assert.Equal(ErrorCode.Busy, Assert.Throws<WasmError>(() => _shelf.Put(new byte[600_000], s_time)).Code);
        Assert.Equal(600_000, _shelf.HeldBytes);
        _shelf.Release(first);
        _shelf.Release(first);
        Assert.Equal(0, _shelf.HeldBytes);
        Assert.NotNull(_shelf.Put(new byte[600_000], s_time).Holder);
    }

    [Fact]
    public void What_nobody_fetched_in_its_time_is_let_go_of()
    {
        _shelf.Put(new byte[100_000], TimeSpan.Zero);
        _shelf.Put(new byte[200_000], s_time);

        _shelf.Sweep();

        Assert.Equal(200_000, _shelf.HeldBytes);
    }

    private static Payload AsSeenFromElsewhere(Payload held) => Payload.Elsewhere(held.Length, held.Holder!, held.Id);
}
