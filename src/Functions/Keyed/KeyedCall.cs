using System.Runtime.CompilerServices;
using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Keyed;

/// <summary>A call of one key, which waits for its turn and is then carried out beside its key's actor.</summary>
/// <param name="Call">The call.</param>
/// <param name="Caller">Who is answered.</param>
/// <param name="Time">Its time on this node.</param>
/// <param name="Came">Timestamp at which it came.</param>
internal sealed record KeyedCall(Invoke Call, IActorRef Caller, CallTime Time, long Came)
{
    /// <summary>Carries the call out. What comes of it always has an answer, which its caller is to be told.</summary>
    /// <param name="runtime">What the node runs functions with.</param>
    /// <param name="session">The key's store; null to start one.</param>
    /// <param name="entry">The function.</param>
    /// <param name="graceOver">The key must go to another node, and waits no longer.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Ended> CarryAsync(FunctionRuntime runtime, FunctionSession? session, FunctionEntry entry, CancellationToken graceOver)
    {
        object answer;
        bool mayHaveRun = true;
        var stages = new CallStages(runtime.Clock, Came);
        stages.Turn();
        var span = FunctionSpan.IsListening ? FunctionSpan.BeginExecution(runtime.Options.Logger, entry.Name, Call.Trace) : null;
        try
        {
            bool isNew = session is null;
            if (session is null)
            {
                session = await SessionStart.StartAsync(runtime, entry, Call.Key, Call.Input, Time, graceOver).ConfigureAwait(false);
                runtime.Keys.Started();
            }

            stages.Started(isNew);
            if (await session.RepeatedAsync(Call, graceOver).ConfigureAwait(false) is { } repeated)
            {
                answer = repeated;
            }
            else
            {
                var output = await RunAsync(runtime, session, graceOver).ConfigureAwait(false);
                await session.CommitAsync(Call.Identity, new FunctionAnswer(output, Details())).ConfigureAwait(false);
                output = runtime.Shelf.For(Caller, output, session.Version.Spec.Limits.Deadline);
                answer = new Answered(Call.Id, new FunctionAnswer(output, Details()));
            }
        }
        catch (WasmException failure)
        {
            mayHaveRun = session?.MayHaveRun(failure) ?? false;
            answer = new Failed(Call.Id, WasmFailure.From(failure)) { Details = Details() };
        }
        catch (OperationCanceledException)
        {
            answer = new Failed(Call.Id, new WasmFailure(ErrorCode.Cancelled, "The node stops, and the call's grace time is over.")) { Details = Details() };
        }
        catch (Exception bug)
        {
            runtime.Options.Logger.Error(bug, "A call of {Function} with the key {Key} failed in the host", entry.Name, Call.Key);
            answer = new Failed(Call.Id, new WasmFailure(ErrorCode.EngineError, $"The host failed: {bug.GetType().Name}: {bug.Message}")) { Details = Details() };
        }

        var failed = answer as Failed;
        var details = failed is null ? ((Answered)answer).Answer.Details : failed.Details!.Value;
        span?.End(details, failed?.Failure.Code, failed?.Failure.Message);
        FunctionMetrics.Answered(runtime.Options.Logger, entry.Name, failed?.Failure.Code, details.Timing);

        // A durable call that failed changed nothing: a repetition runs, or finds what was committed after all.
        bool isKept = mayHaveRun && (failed is null || session is not { IsDurable: true });
        return new Ended(session, Call.Identity, answer, mayHaveRun, isKept);

        CallDetails Details() => new((session?.Version ?? entry.ActiveVersion!).Number, stages.Timing(), Replayed: false, mayHaveRun);
    }

    // Stores keep the stack of their last call: idle ones give theirs up where there is no other.
    private async ValueTask<FunctionOutput> RunAsync(FunctionRuntime runtime, FunctionSession session, CancellationToken graceOver)
    {
        while (true)
        {
            try
            {
                return await session.CallAsync(runtime, Call.Export, Call.Input, Time, graceOver).ConfigureAwait(false);
            }
            catch (WasmException full) when (full.Code == ErrorCode.NoStack && !session.MayHaveRun(full))
            {
                if (!await runtime.Keys.MakeRoomAsync(Time).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The call has ended.</summary>
    /// <param name="Session">The store that the key has now.</param>
    /// <param name="Identity">What the call is told by, if it has an idempotency key.</param>
    /// <param name="Answer">The answer.</param>
    /// <param name="MayHaveRun">Whether the guest may have been called.</param>
    /// <param name="IsKept">Whether the answer is to be remembered for repetitions of the call.</param>
    internal sealed record Ended(FunctionSession? Session, CallIdentity? Identity, object Answer, bool MayHaveRun, bool IsKept) : INoSerializationVerificationNeeded;
}
