using Akka.Actor;
using WasmActors.Actors.Functions.Running;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Functions.Calls;

/// <summary>How functions are called from here.</summary>
/// <param name="clock">The clock of deadlines.</param>
/// <param name="router">Has calls carried out by actors.</param>
/// <param name="shelf">Large inputs.</param>
/// <param name="pools">This node's pools; null where it runs nothing itself, so that others carry stateless calls out too.</param>
/// <param name="target">The actor that the next call goes to.</param>
/// <param name="catalogue">What is known here of the catalogue; null for nothing.</param>
internal sealed class FunctionCaller(TimeProvider clock, CallRouter router, PayloadShelf shelf, FunctionPools? pools, Func<IActorRef> target, FunctionCatalogue? catalogue)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1); // as a function's deadline
    private static readonly TimeSpan s_unasked = TimeSpan.FromSeconds(30); // as a function's deadline is by default

    /// <summary>The time of a call that is made now: what the caller asks for, and no more than the function has where that is known.</summary>
    internal CallTime TimeOf(string function, CallOptions options)
    {
        var most = catalogue?.Find(function)?.ActiveVersion!.Spec.Limits.Deadline;
        var asked = options.Within is { } within && within >= TimeSpan.Zero ? within : most ?? s_unasked;
        return new CallTime(clock, TimeSpan.FromTicks(Math.Min(asked.Ticks, (most ?? s_longest).Ticks)));
    }

    /// <summary>Calls with input that has no bytes.</summary>
    internal async ValueTask<FunctionOutput> CallAsync(string function, string? key, string export, FunctionInput input, CallTime time, CancellationToken cancellation)
    {
        if (time.IsOver)
        {
            throw CallTime.Over("it was sent: it did not run");
        }

        return key is null && pools is not null
            ? await pools.CallAsync(function, export, input, time.Left, cancellation).ConfigureAwait(false)
            : await router.CallAsync(target, function, key, export, catalogue?.Revision ?? 0, input, time.Left, cancellation).ConfigureAwait(false);
    }

    /// <summary>Calls with bytes, which are kept for another node to fetch while the call is under way where they are many.</summary>
    internal async ValueTask<FunctionOutput> CallAsync(string function, string? key, string export, Func<Payload, FunctionInput> input, ReadOnlyMemory<byte> bytes, CallTime time, CancellationToken cancellation)
    {
        var payload = key is null && pools is not null ? Payload.Inline(bytes) : shelf.Put(bytes, time.Left);
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
