using Akka.Actor;
using WasmActors.Actors.Functions.Running;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Functions.Calls;

/// <summary>How a node calls functions: stateless ones in its own pools, keyed ones through the shard region.</summary>
internal sealed class FunctionCaller(TimeProvider clock, CallRouter router, PayloadShelf shelf, FunctionPools pools, IActorRef region)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1); // as a function's deadline

    /// <summary>The time of a call that is made now.</summary>
    internal CallTime TimeOf(CallOptions options) =>
        new(clock, options.Within is { } within && within >= TimeSpan.Zero && within < s_longest ? within : s_longest);

    /// <summary>Calls with input that has no bytes.</summary>
    internal async ValueTask<FunctionOutput> CallAsync(string function, string? key, string export, FunctionInput input, CallTime time, CancellationToken cancellation)
    {
        if (time.IsOver)
        {
            throw CallTime.Over("it was sent: it did not run");
        }

        return key is null
            ? await pools.CallAsync(function, export, input, time.Left, cancellation).ConfigureAwait(false)
            : await router.CallAsync(region, function, key, export, input, time.Left, cancellation).ConfigureAwait(false);
    }

    /// <summary>Calls with bytes, which are kept for another node to fetch while the call is under way where they are many.</summary>
    internal async ValueTask<FunctionOutput> CallAsync(string function, string? key, string export, Func<Payload, FunctionInput> input, ReadOnlyMemory<byte> bytes, CallTime time, CancellationToken cancellation)
    {
        var payload = key is null ? Payload.Inline(bytes) : shelf.Put(bytes, time.Left);
        try
        {
            return await CallAsync(function, key, export, input(payload), time, cancellation).ConfigureAwait(false);
        }
        finally
        {
            shelf.Release(payload);
        }
    }

    /// <summary>An output's bytes, which nobody needs to keep any more then.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> TakeAsync(Payload payload, CallTime time, CancellationToken cancellation)
    {
        try
        {
            return await PayloadShelf.FetchAsync(payload, time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new WasmError(ErrorCode.Cancelled, "The caller gave the call up while its output was fetched. It has run.");
        }
        finally
        {
            router.Release(payload);
        }
    }

    /// <summary>The failure of an answer that is of another convention than was asked for.</summary>
    internal static WasmError Foreign(FunctionOutput output) =>
        new(FunctionErrorCode.WrongConvention, $"The function answered {output.GetType().Name}, which this call does not take.");
}
