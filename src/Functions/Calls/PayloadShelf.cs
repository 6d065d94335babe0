using System.Collections.Concurrent;
using Akka.Actor;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.PayloadProtocol;

namespace WasmActors.Functions.Calls;

/// <summary>Keeps a node's large inputs and outputs while other nodes may fetch them. Used from any thread; bounded in
/// bytes and time.</summary>
internal sealed class PayloadShelf
{
    /// <summary>Bytes of a part on the wire.</summary>
    internal const int PartBytes = 64 << 10;

    private const int PartsAtOnce = 4;
    private static readonly TimeSpan s_partTime = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly long _limit;
    private readonly ConcurrentDictionary<long, (ReadOnlyMemory<byte> Bytes, CallTime Time)> _held = new();
    private long _heldBytes;
    private long _lastId;

    /// <param name="clock">Tells when bytes have been kept long enough.</param>
    /// <param name="limit">Most bytes that are kept.</param>
    internal PayloadShelf(TimeProvider clock, long limit)
    {
        _clock = clock;
        _limit = limit;
    }

    /// <summary>The actor that other nodes fetch from.</summary>
    internal IActorRef Holder { get; set; } = ActorRefs.Nobody;

    /// <summary>Bytes that are kept.</summary>
    internal long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>Makes bytes ready to be sent: in the message, or kept here for a time.</summary>
    /// <exception cref="WasmError"><c>call.busy</c>: too much is kept already.</exception>
    internal Payload Put(ReadOnlyMemory<byte> bytes, TimeSpan within)
    {
        if (bytes.Length <= Payload.InlineLimit)
        {
            return Payload.Inline(bytes);
        }

        if (Interlocked.Add(ref _heldBytes, bytes.Length) > _limit)
        {
            Interlocked.Add(ref _heldBytes, -bytes.Length);
            throw new WasmError(ErrorCode.Busy, $"This node keeps {HeldBytes} bytes for calls that are under way, its limit is {_limit}: try again later.");
        }

        long id = Interlocked.Increment(ref _lastId);
        _held[id] = (bytes, new CallTime(_clock, within));
        return Payload.Held(bytes, Holder, id);
    }

    /// <summary>Makes an output ready for a caller. A caller of this process gets it as it is; for another one large
    /// payloads are kept here.</summary>
    /// <param name="caller">The actor that gets the output.</param>
    /// <param name="output">The output, with its payloads in this process.</param>
    /// <param name="within">How long payloads are kept.</param>
    /// <exception cref="WasmError"><c>call.busy</c>: too much is kept already.</exception>
    internal FunctionOutput For(IActorRef caller, FunctionOutput output, TimeSpan within)
    {
        if (caller is IActorRefScope { IsLocal: true } || output.Payloads.All(static p => p.Length <= Payload.InlineLimit))
        {
            return output;
        }

        var kept = new List<Payload>();
        try
        {
            foreach (var payload in output.Payloads)
            {
                kept.Add(Put(payload.Here!.Value, within));
            }
        }
        catch (WasmError)
        {
            kept.ForEach(Release);
            throw;
        }

        return output.With(kept);
    }

    /// <summary>A part of what is kept; null bytes when it is not.</summary>
    internal Part Read(Fetch fetch) =>
        _held.TryGetValue(fetch.Id, out var held) && fetch.Offset >= 0 && fetch.Offset < held.Bytes.Length
            ? new Part(fetch.Id, fetch.Offset, held.Bytes.Slice(fetch.Offset, Math.Min(PartBytes, held.Bytes.Length - fetch.Offset)))
            : new Part(fetch.Id, fetch.Offset, null);

    /// <summary>Lets go of bytes that this node keeps.</summary>
    internal void Release(long id)
    {
        if (_held.TryRemove(id, out var held))
        {
            Interlocked.Add(ref _heldBytes, -held.Bytes.Length);
        }
    }

    /// <summary>Lets go of a payload's bytes, if this node keeps them.</summary>
    internal void Release(Payload payload)
    {
        if (payload.Holder is { } holder && holder.Equals(Holder))
        {
            Release(payload.Id);
        }
    }

    /// <summary>Lets go of what nobody fetched in its time.</summary>
    internal void Sweep()
    {
        foreach (var (id, held) in _held)
        {
            if (held.Time.IsOver)
            {
                Release(id);
            }
        }
    }

    /// <summary>A payload's bytes, from here or from the node that has them.</summary>
    /// <exception cref="WasmError"><c>call.unanswered</c>: they could not be fetched.</exception>
    internal static async ValueTask<ReadOnlyMemory<byte>> FetchAsync(Payload payload, CallTime time, CancellationToken cancellation)
    {
        if (payload.Here is { } here)
        {
            return here;
        }

        byte[] bytes = new byte[payload.Length];
        using var window = new SemaphoreSlim(PartsAtOnce);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parts = new List<Task>();
        for (int offset = 0; offset < bytes.Length; offset += PartBytes)
        {
            await window.WaitAsync(CancellationToken.None).ConfigureAwait(false); // always let go of, below
            parts.Add(FetchPartAsync(payload, offset, bytes, time, window, broken));
        }

        await Task.WhenAll(parts).ConfigureAwait(false);
        return bytes;
    }

    private static async Task FetchPartAsync(Payload payload, int offset, byte[] into, CallTime time, SemaphoreSlim window, CancellationTokenSource broken)
    {
        try
        {
            var within = time.Take("its bytes were fetched");
            var part = await payload.Holder!.Ask<Part>(new Fetch(payload.Id, offset), within < s_partTime ? within : s_partTime, broken.Token).ConfigureAwait(false);
            if (part.Bytes is not { } bytes || bytes.Length != Math.Min(PartBytes, into.Length - offset))
            {
                throw Lost("the node that had them has let go of them");
            }

            bytes.CopyTo(into.AsMemory(offset));
        }
        catch (AskTimeoutException)
        {
            await broken.CancelAsync().ConfigureAwait(false);
            throw Lost("the node that has them does not answer");
        }
        catch (Exception)
        {
            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            window.Release();
        }
    }

    private static WasmError Lost(string why) => new(FunctionErrorCode.Unanswered, $"The call's bytes could not be fetched: {why}.");
}
