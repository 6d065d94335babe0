using System.Buffers.Binary;
using Akka.Actor;
using Google.Protobuf;
using Serilog;
using WasmActors.Functions.Calls;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Durability;

/// <summary>Reads and commits the states of durable keys for a node. Owns the node's line of commits.</summary>
/// <param name="store">Where states are stored.</param>
/// <param name="system">The node's actor system.</param>
/// <param name="clock">Dates answers, and measures deadlines.</param>
/// <param name="log">Where it logs.</param>
internal sealed class StateKeeper(IStateStore store, ActorSystem system, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private readonly CallCodec _codec = new((ExtendedActorSystem)system, clock);
    private readonly AkkaCluster _cluster = AkkaCluster.Get(system);

    /// <summary>Commits of all keys of the node.</summary>
    internal CommitLine Line { get; } = new(store, log);

    /// <summary>The number of answers that are kept of each key.</summary>
    internal int AnswersPerKey => store.AnswersPerKey;

    /// <summary>Whether another node may take the same key for its own.</summary>
    internal bool HasOtherNodes => _cluster.State.Members.Count > 1;

    /// <summary>Reads what is committed of a key; null for nothing.</summary>
    /// <exception cref="WasmError"><c>state.unavailable</c>, <c>state.corrupt</c></exception>
    internal Task<StoredState?> FindAsync(string function, string key, CancellationToken cancellation) => UseStoreAsync(
        () => store.FindAsync(function, key, cancellation),
        $"The state of '{function}' with the key '{GuestText.Clean(key, GuestText.NameLimit)}' cannot be read",
        "Nothing ran; send the call again when the database answers");

    /// <summary>Deletes the states that a function's versions have made, up to one of them. If the database does not
    /// answer, the states remain: no later version uses them, and the next deployment of a function of this name
    /// deletes them first.</summary>
    internal async Task DeleteAsync(string function, int throughVersion)
    {
        try
        {
            await store.DeleteFunctionAsync(function, throughVersion).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            log.Warning(failure, "{Function} was deleted. The states of its keys were not: they are deleted when a function of this name is deployed again", function);
        }
    }

    /// <summary>Makes sure that no state is left of a function's earlier versions, before it is deployed
    /// anew.</summary>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    internal Task BeginAnewAsync(string function, int throughVersion, CancellationToken cancellation) => UseStoreAsync(
        async () =>
        {
            await store.DeleteFunctionAsync(function, throughVersion, cancellation).ConfigureAwait(false);
            return true;
        },
        $"The states of earlier versions of '{function}' cannot be deleted",
        "Nothing was deployed; try again when the database answers");

    public ValueTask DisposeAsync() => Line.DisposeAsync();

    /// <summary>Returns an answer as it is kept with the commit of its call.</summary>
    internal StoredAnswer Kept(CallIdentity identity, long sequence, FunctionAnswer answer)
    {
        byte[] content = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(content, identity.Content);
        return new StoredAnswer(identity.Key, content, sequence, clock.GetUtcNow(), CallCodec.ToData(new Answered(0, answer)).ToByteArray());
    }

    /// <summary>Reads a kept answer.</summary>
    /// <exception cref="WasmError"><c>state.corrupt</c></exception>
    internal Answered Read(byte[] kept)
    {
        try
        {
            return _codec.FromData(AnsweredReply.Parser.ParseFrom(kept));
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or ArgumentException or InvalidOperationException)
        {
            throw new WasmError(ErrorCode.StateCorrupt, "A kept answer cannot be read: the database is damaged.", damaged);
        }
    }

    private static async Task<T> UseStoreAsync<T>(Func<Task<T>> use, string problem, string advice)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (WasmException or OperationCanceledException))
        {
            throw new WasmError(ErrorCode.StateUnavailable, $"{problem}: {failure.GetType().Name}: {failure.Message}. {advice}.", failure);
        }
    }
}
