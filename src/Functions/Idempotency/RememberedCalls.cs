using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Idempotency;

/// <summary>
/// The calls with idempotency keys that one key has carried out, and what it answered: the last <see cref="MaxCalls"/>, with
/// <see cref="MaxBytes"/> of output together. Of an older output only that there was one is remembered, so that no call runs twice.
/// Used by one thread at a time.
/// </summary>
internal sealed class RememberedCalls(AnswerRoom room, PayloadShelf shelf)
{
    /// <summary>Calls that are remembered; the oldest is forgotten first.</summary>
    internal const int MaxCalls = 100;

    /// <summary>Bytes of output that are kept.</summary>
    internal const int MaxBytes = 1 << 20;

    private const int BytesOfCall = 320; // without its output and its idempotency key
    private const int BytesOfFrame = 128;

    private readonly Dictionary<string, Remembered> _calls = new(StringComparer.Ordinal);
    private readonly Queue<Remembered> _order = new();
    private long _bytes;

    /// <summary>The answer to a call that is a repetition; null for one that is not.</summary>
    /// <param name="id">Number of the repetition at its sender.</param>
    /// <param name="identity">What it is told by.</param>
    /// <param name="caller">The actor that gets the answer.</param>
    /// <param name="within">How long bytes are kept for a caller of another node.</param>
    internal object? Find(long id, CallIdentity identity, IActorRef caller, TimeSpan within)
    {
        if (!_calls.TryGetValue(identity.Key, out var call))
        {
            return null;
        }

        if (call.Identity.Content != identity.Content)
        {
            return identity.Reused(id);
        }

        var details = call.Details with { Replayed = true };
        if (call.Failure is { } failure)
        {
            return new Failed(id, failure) { Details = details };
        }

        if (call.Output is { } bytes)
        {
            return WithBytes(id, bytes, details, caller, within);
        }

        return call.Numbers is { } numbers
            ? new Answered(id, new FunctionAnswer(numbers, details))
            : new Failed(id, new WasmFailure(FunctionErrorCode.AnswerNotKept, $"The call with the idempotency key '{identity.Key}' has run; its output was too large to be kept with the others of its key, which have {MaxBytes} bytes together. It was not run again.")) { Details = details };
    }

    /// <summary>Makes room for one more call, before it begins.</summary>
    /// <param name="identity">What it is told by.</param>
    /// <exception cref="WasmError"><c>call.busy</c>: the keys of the node remember too much already.</exception>
    internal void Reserve(CallIdentity identity)
    {
        while (_order.Count >= MaxCalls)
        {
            Forget();
        }

        if (!room.Calls.TryTake(BytesOf(identity)))
        {
            throw new WasmError(ErrorCode.Busy, "The keys of this node remember as many calls with idempotency keys as they have memory for: try again later, or call without one.");
        }
    }

    /// <summary>Gives back what was made room for, for a call that did not begin.</summary>
    internal void Cancel(CallIdentity identity) => room.Calls.GiveBack(BytesOf(identity));

    /// <summary>Remembers what a call was answered that has a place.</summary>
    internal void Add(CallIdentity identity, object answer)
    {
        var call = new Remembered(identity);
        switch (answer)
        {
            case Answered { Answer: { Output: FunctionOutput.Bytes bytes } answered }:
                call.Details = answered.Details;
                var output = bytes.Payload.Here!.Value;
                call.Output = TryKeep(call, output.Length) ? output : (ReadOnlyMemory<byte>?)null;
                break;
            case Answered { Answer: var answered }:
                call.Details = answered.Details;
                call.Numbers = (FunctionOutput.Numbers)answered.Output;
                break;
            case Failed failed:
                call.Details = failed.Details ?? default;
                call.Failure = failed.Failure with { Exception = null }; // who asks again has an exception of his own
                if (!TryKeep(call, (failed.Failure.Message.Length * sizeof(char)) + (failed.Failure.Frames.Count * BytesOfFrame) + ((failed.Failure.Stderr?.Length ?? 0) * sizeof(char))))
                {
                    call.Failure = Short(call.Failure);
                }

                break;
        }

        _calls[identity.Key] = call;
        _order.Enqueue(call);
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        while (_order.Count > 0)
        {
            Forget();
        }
    }

    // Older outputs go for it where they must.
    private bool TryKeep(Remembered call, int bytes)
    {
        if (bytes > MaxBytes)
        {
            return false;
        }

        foreach (var older in _order)
        {
            if (_bytes + bytes <= MaxBytes)
            {
                break;
            }

            Drop(older);
        }

        if (!room.Outputs.TryTake(bytes))
        {
            return false;
        }

        call.Bytes = bytes;
        _bytes += bytes;
        return true;
    }

    private static int BytesOf(CallIdentity identity) => BytesOfCall + (identity.Key.Length * sizeof(char));

    private static WasmFailure Short(WasmFailure failure) => failure with { Frames = [], Stderr = null, Message = GuestText.Clean(failure.Message, GuestText.NameLimit) };

    private void Forget()
    {
        var oldest = _order.Dequeue();
        Drop(oldest);
        _calls.Remove(oldest.Identity.Key);
        room.Calls.GiveBack(BytesOf(oldest.Identity));
    }

    private void Drop(Remembered call)
    {
        _bytes -= call.Bytes;
        room.Outputs.GiveBack(call.Bytes);
        call.Bytes = 0;
        call.Output = null;
        call.Failure = call.Failure is { } failure ? Short(failure) : null;
    }

    private object WithBytes(long id, ReadOnlyMemory<byte> bytes, CallDetails details, IActorRef caller, TimeSpan within)
    {
        try
        {
            return new Answered(id, new FunctionAnswer(shelf.For(caller, new FunctionOutput.Bytes(Payload.Inline(bytes)), within), details));
        }
        catch (WasmError busy)
        {
            return Failed.From(id, busy);
        }
    }

    private sealed class Remembered(CallIdentity identity)
    {
        internal CallIdentity Identity => identity;

        internal CallDetails Details { get; set; }

        /// <summary>Bytes that are kept for its answer.</summary>
        internal int Bytes { get; set; }

        internal FunctionOutput.Numbers? Numbers { get; set; }

        internal ReadOnlyMemory<byte>? Output { get; set; }

        internal WasmFailure? Failure { get; set; }
    }
}
