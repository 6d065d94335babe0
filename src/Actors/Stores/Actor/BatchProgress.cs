using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>How far a batch of calls has come.</summary>
internal sealed class BatchProgress(CallBatch batch)
{
    private readonly List<object> _replies = new(batch.Copy!.Length);

    /// <summary>The call that is under way.</summary>
    internal Call Current => batch.Copy![_replies.Count];

    /// <summary>The replies so far, in order.</summary>
    internal IReadOnlyList<object> Replies => _replies;

    /// <summary>Whether there is a call left to make.</summary>
    internal bool MoveNext() => _replies.Count < batch.Copy!.Length;

    internal void Add(object reply) => _replies.Add(reply);
}
