using System.Diagnostics;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Serilog;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Content;
using WasmActors.Functions.Stateless;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Hosting;

/// <summary>How functions are called from here.</summary>
/// <param name="clock">The clock of deadlines.</param>
/// <param name="router">Has calls carried out by actors.</param>
/// <param name="shelf">Large inputs.</param>
/// <param name="pools">This node's pools; null where it runs nothing itself, so that others carry stateless calls out too.</param>
/// <param name="target">The actor that the next call goes to.</param>
/// <param name="catalogue">What is known here of the catalogue; null for nothing.</param>
/// <param name="log">Where it is told that a listener to spans throws.</param>
internal sealed class FunctionCaller(TimeProvider clock, CallRouter router, PayloadShelf shelf, FunctionPools? pools, Func<IActorRef> target, FunctionCatalogue? catalogue, ILogger log)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1); // as a function's deadline
    private static readonly TimeSpan s_unasked = TimeSpan.FromSeconds(30); // as a function's deadline is by default

    /// <summary>Makes a call.</summary>
    /// <exception cref="WasmException">It failed.</exception>
    internal ValueTask<FunctionReply> SendAsync(string function, string? key, FunctionRequest request, CallOptions options)
    {
        try
        {
            request.Check(function, key);
            var time = TimeOf(function, options);
            if (time.IsOver)
            {
                throw CallTime.Over("it was sent: it did not run");
            }

            return FunctionSpan.IsListening
                ? SendTracedAsync(function, key, request, time, options)
                : SendAsync(function, key, request, time, options);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<FunctionReply>(refused);
        }
    }

    private ValueTask<FunctionReply> SendAsync(string function, string? key, FunctionRequest request, CallTime time, CallOptions options) =>
        key is null && pools is not null
            ? SendHereAsync(pools, function, request, time, options)
            : SendAwayAsync(function, key, request, time, options.Cancellation);

    private async ValueTask<FunctionReply> SendTracedAsync(string function, string? key, FunctionRequest request, CallTime time, CallOptions options)
    {
        var span = FunctionSpan.BeginCall(log, function);
        try
        {
            var reply = await SendAsync(function, key, request, time, options).ConfigureAwait(false);
            span?.End(reply.Details, null, null);
            return reply;
        }
        catch (WasmException failure)
        {
            span?.End(CallDetails.Of(failure), failure.Code, failure.Message);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<FunctionReply> SendHereAsync(FunctionPools here, string function, FunctionRequest request, CallTime time, CallOptions options)
    {
        var answer = await here.CallAsync(function, request.Export, request.Content, time, default, options).ConfigureAwait(false);
        return new FunctionReply(answer.Details, answer.Output);
    }

    // Bytes are kept for another node to fetch while the call is under way, where they are many.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FunctionReply> SendAwayAsync(string function, string? key, FunctionRequest request, CallTime time, CancellationToken cancellation)
    {
        var payload = request.Content.Payload is { } bytes ? shelf.Put(bytes.Here!.Value, time.Left) : null;
        var input = payload is null ? request.Content : request.Content.With(payload);
        FunctionAnswer answer;
        try
        {
            var call = new FunctionProtocol.Invoke(router.NextId(), function, key, request.Export, catalogue?.Revision ?? 0, time, input) { Identity = CallIdentity.Of(request), Trace = Activity.Current?.Context ?? default };
            answer = await router.CallAsync(target, call, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (payload is not null)
            {
                shelf.Release(payload);
            }
        }

        return await TakeAsync(answer, time, cancellation).ConfigureAwait(false);
    }

    // What the caller asks for, and no more than the function has where that is known.
    private CallTime TimeOf(string function, CallOptions options)
    {
        var most = catalogue?.Find(function)?.ActiveVersion!.Spec.Limits.Deadline;
        var asked = options.Within is { } within && within >= TimeSpan.Zero ? within : most ?? s_unasked;
        return new CallTime(clock, TimeSpan.FromTicks(Math.Min(asked.Ticks, (most ?? s_longest).Ticks)));
    }

    private async ValueTask<FunctionReply> TakeAsync(FunctionAnswer answer, CallTime time, CancellationToken cancellation)
    {
        var payloads = answer.Output.Payloads;
        if (payloads.Count == 0)
        {
            return new FunctionReply(answer.Details, answer.Output);
        }

        var here = new Payload[payloads.Count];
        for (int i = 0; i < here.Length; i++)
        {
            here[i] = Payload.Inline(await TakeAsync(payloads[i], time, cancellation).ConfigureAwait(false));
        }

        return new FunctionReply(answer.Details, answer.Output.With(here));
    }

    // An output's bytes, which nobody needs to keep any more then.
    private async ValueTask<ReadOnlyMemory<byte>> TakeAsync(Payload payload, CallTime time, CancellationToken cancellation)
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
}
