using System.Collections;
using Akka.Actor;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Misuse;

/// <summary>Actors that answer imports with what no handle would send.</summary>
public sealed class ServerMisuseTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    [Fact]
    public async Task Results_that_are_missing_or_cannot_be_read_are_a_bad_result_and_the_store_serves_on()
    {
        foreach (var answer in new Func<ImportCall, object>[]
        {
            static call => new ImportReturned(call.Id, null!),
            static call => new ImportReturned(call.Id, new ThrowingList()),
            static call => new ImportTrapped(call.Id, null!),
        })
        {
            var server = fixture.Host.System.StartEcho(answer);
            var guest = await fixture.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", s_type, server));
            Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());

            await Expect.ErrorAsync(ErrorCode.HostBadResult, guest.GetFunc("call_host").CallAsync(1));

            Assert.Equal(2, await guest.GetFunc("next").CallAsync<int>());
        }
    }

    [Fact]
    public async Task Answers_to_nothing_and_unknown_messages_are_ignored()
    {
        var guest = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        foreach (object message in new object[] { new ImportReturned(default, [1]), new ImportTrapped(default, new WasmFailure("x", "y")), "text", 42 })
        {
            guest.Store.Actor.Tell(message);
        }

        Assert.Equal(1, await guest.GetFunc("next").CallAsync<int>());
    }

    private sealed class ThrowingList : IReadOnlyList<Val>
    {
        public int Count => 1;

        public Val this[int index] => throw new InvalidTimeZoneException("The clock has stopped.");

        public IEnumerator<Val> GetEnumerator() => throw new InvalidTimeZoneException("The clock has stopped.");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
