using System.Buffers.Binary;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Durability;

/// <summary>
/// The committed state of a durable key, beside the store that has it. Restores it in a new store, commits what each
/// call changes, and knows the calls whose answers are kept. Used for one call at a time.
/// </summary>
/// <remarks>
/// A commit has the sequence number after that of the last one. Of two nodes that both take the key for theirs, one
/// commits under a number; the other is fenced: its store is given up, and its call is sent to the key's node again.
/// </remarks>
internal sealed class KeyState
{
    // A state that was changed so often, or by so many bytes, is stored as a whole with the next commit.
    private const int DeltasOfCheckpoint = 200;
    private const int LeastBytesOfCheckpoint = 64 << 10;

    private readonly StateKeeper _keeper;
    private readonly string _function;
    private readonly string _key;
    private readonly string? _moduleDigest;
    private readonly int _version;
    private readonly Dictionary<string, (UInt128 Content, long Sequence)> _answers = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long Sequence)> _answerOrder = new();
    private readonly long _id;
    private List<ReadOnlyMemory<byte>> _toRestore = [];
    private int _deltas;
    private long _deltaBytes;
    private long _baseBytes;

    private KeyState(StateKeeper keeper, string function, string key, StoredState? stored)
    {
        _keeper = keeper;
        _function = function;
        _key = key;
        _id = stored?.Id ?? StateId.New(function, key);
        Sequence = stored?.Sequence ?? 0;
        foreach (var answer in stored?.Answers ?? [])
        {
            Remember(answer.Key, ContentOf(answer), answer.Sequence);
        }

        _moduleDigest = stored?.ModuleDigest;
        _version = stored?.Version ?? 0;
        if (stored?.Base is { } whole)
        {
            _baseBytes = whole.Length;
            _toRestore.Add(whole);
        }

        foreach (byte[] delta in stored?.Deltas ?? [])
        {
            Count(delta.Length);
            if (delta.Length > 0)
            {
                _toRestore.Add(delta); // a call that changed nothing, with an idempotency key, has an empty one
            }
        }
    }

    /// <summary>The sequence number of the last commit; 0 for a key that has none.</summary>
    internal long Sequence { get; private set; }

    /// <summary>Whether a commit exists, so that neither the module's start function nor its initialization
    /// runs.</summary>
    internal bool Exists => _moduleDigest is not null;

    /// <summary>Reads what is committed of a key.</summary>
    /// <exception cref="WasmError"><c>state.unavailable</c>, <c>state.corrupt</c></exception>
    internal static async Task<KeyState> OpenAsync(StateKeeper keeper, string function, string key, CallTime time, CancellationToken cancellation) =>
        new(keeper, function, key, await time.WaitAsync(keeper.FindAsync(function, key, cancellation), "its key's state was read").ConfigureAwait(false));

    /// <summary>Returns the version that the key runs: the active one, or the one that the key was last committed by
    /// where that has another module.</summary>
    internal FunctionVersion VersionOf(FunctionEntry entry)
    {
        var active = entry.ActiveVersion!;
        return _moduleDigest is null || _moduleDigest == active.Spec.ModuleDigest ? active
            : entry.Find(_version) is { } pinned && pinned.Spec.ModuleDigest == _moduleDigest ? pinned
            : new FunctionVersion(_version, active.DeployedAt, active.Spec with { ModuleDigest = _moduleDigest });
    }

    /// <summary>Restores the state in a new instance, once. For a key without a commit, records its changes from now
    /// on.</summary>
    /// <exception cref="WasmException"><c>state.corrupt</c>, or the store cannot be used.</exception>
    internal async ValueTask RestoreAsync(InstanceRef instance, CallOptions options)
    {
        await instance.RestoreStateAsync(_toRestore, options).ConfigureAwait(false);
        _toRestore = []; // the instance has it now
    }

    /// <summary>Returns the kept answer to a call that is a repetition; null if it is not one.</summary>
    /// <exception cref="WasmError"><c>state.unavailable</c>, <c>state.corrupt</c></exception>
    internal async ValueTask<object?> RepeatedAsync(Invoke call, CancellationToken cancellation)
    {
        if (call.Identity is not { } identity || !_answers.TryGetValue(identity.Key, out var known))
        {
            return null;
        }

        if (known.Content != identity.Content)
        {
            return identity.Reused(call.Id) with { Details = default(CallDetails) };
        }

        var stored = await _keeper.FindAsync(_function, _key, cancellation).ConfigureAwait(false);
        if (stored?.Answers.FirstOrDefault(a => a.Key == identity.Key) is not { } answer)
        {
            _answers.Remove(identity.Key); // too old to be kept
            return null;
        }

        var kept = _keeper.Read(answer.Answer);
        return kept with { Id = call.Id, Answer = kept.Answer with { Details = kept.Answer.Details with { Replayed = true } } };
    }

    /// <summary>Commits what a call has changed, with its answer if it has an idempotency key. If it changed nothing,
    /// makes sure that nobody else has committed meanwhile.</summary>
    /// <exception cref="WasmException"><c>call.moved</c>: another node has the key. <c>state.unavailable</c>,
    /// <c>call.busy</c>: the database or the node's queue of commits does not accept it. Nothing was committed.
    /// <c>call.unanswered</c>: it is unknown whether it was. In each case the store is of no use any more.</exception>
    internal async ValueTask CommitAsync(InstanceRef instance, FunctionVersion version, CallIdentity? identity, FunctionAnswer answer)
    {
        byte[]? delta = await instance.CaptureStateAsync().ConfigureAwait(false);
        if (delta is null && identity is null)
        {
            await RequireNewestAsync().ConfigureAwait(false);
            return;
        }

        bool isWhole = Sequence == 0 || _deltas >= DeltasOfCheckpoint || _deltaBytes > Math.Max(_baseBytes / 2, LeastBytesOfCheckpoint);
        byte[]? whole = isWhole ? await instance.SaveStateAsync().ConfigureAwait(false) : null;
        var kept = identity is { } told ? _keeper.Kept(told, Sequence + 1, answer) : null;
        var commit = new StateCommit(_id, _function, _key, version.Spec.ModuleDigest, version.Number, Sequence + 1, isWhole ? [] : delta ?? [], kept, whole);
        switch (await _keeper.Line.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false))
        {
            case CommitOutcome.Fenced:
                throw Fenced();
            case CommitOutcome.Unknown:
                throw new WasmError(FunctionErrorCode.Unanswered, $"The database answered too late whether the call of '{_function}' with the key '{GuestText.Clean(_key, GuestText.NameLimit)}' was committed. Repeat it with its idempotency key, or read the state first.");
        }

        Sequence++;
        if (identity is { } done)
        {
            Remember(done.Key, done.Content, Sequence);
        }

        if (whole is not null)
        {
            (_deltas, _deltaBytes, _baseBytes) = (0, 0, whole.Length);
        }
        else
        {
            Count(delta?.Length ?? 0);
        }
    }

    private async ValueTask RequireNewestAsync()
    {
        if (!_keeper.HasOtherNodes)
        {
            return;
        }

        var newest = await _keeper.Line.NewestAsync(_function, _key, CancellationToken.None).ConfigureAwait(false);
        if (newest is { } head ? head != new StateHead(_id, Sequence) : Sequence != 0)
        {
            throw Fenced();
        }
    }

    // As many as the store keeps: the oldest is forgotten in both.
    private void Remember(string key, UInt128 content, long sequence)
    {
        _answers[key] = (content, sequence);
        _answerOrder.Enqueue((key, sequence));
        if (_answerOrder.Count > _keeper.AnswersPerKey
            && _answerOrder.Dequeue() is var oldest
            && _answers.TryGetValue(oldest.Key, out var known)
            && known.Sequence == oldest.Sequence)
        {
            _answers.Remove(oldest.Key);
        }
    }

    private void Count(int bytes)
    {
        _deltas++;
        _deltaBytes += bytes;
    }

    private static UInt128 ContentOf(StoredAnswer answer) =>
        answer.RequestHash.Length == 16 ? BinaryPrimitives.ReadUInt128LittleEndian(answer.RequestHash) : default;

    private WasmError Fenced() =>
        new(FunctionErrorCode.Moved, $"The key '{GuestText.Clean(_key, GuestText.NameLimit)}' of '{_function}' was committed by another node meanwhile: nothing of the call was kept. Send it again.");
}
