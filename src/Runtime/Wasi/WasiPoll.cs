using System.Buffers.Binary;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// <c>poll_oneoff</c>, by which WASI programs sleep. Wasmtime's own cannot be interrupted: this one ends with the call, and where
/// the guest can be paused it holds no thread meanwhile. Files and streams are always ready: the read or write that follows waits
/// where it must.
/// </summary>
internal static class WasiPoll
{
    private const int Success = 0;
    internal const int Invalid = 28;

    // __wasi_subscription_t: user data u64, kind u8 at 8, then for clocks: clock u32 at 16, time u64 at 24, flags u16 at 40.
    private const int SubscriptionBytes = 48;
    private const int Absolute = 1;

    // __wasi_event_t: user data u64, error u16 at 8, kind u8 at 10, then for files: bytes u64 at 16, flags u16 at 24.
    private const int EventBytes = 32;

    // No program polls more: it bounds the work that nothing interrupts.
    private const int MaxSubscriptions = 4096;

    private const byte ClockKind = 0;
    private const byte ReadKind = 1;
    private const byte WriteKind = 2;

    /// <summary>errno poll_oneoff(const subscription* asked, event* events, size count, size* written), which holds the thread.</summary>
    internal static int Poll(WasmCaller caller, int asked, int events, int count, int written)
    {
        if (Begin(caller, asked, events, count, written) is not { } sleep)
        {
            return Invalid;
        }

        caller.Store.Wasi.Clock.SleepUntil(sleep.Due);
        return sleep.End(caller);
    }

    /// <summary>Reads what a guest waits for; null for a question that cannot be answered.</summary>
    /// <exception cref="Trap">A pointer is out of bounds: nothing was written.</exception>
    internal static WasiSleep? Begin(WasmCaller caller, int asked, int events, int count, int written)
    {
        if (count is <= 0 or > MaxSubscriptions)
        {
            return null;
        }

        var memory = new WasiMemory(caller);
        byte[] subscriptions = memory.Read(asked, count * SubscriptionBytes);
        memory.RequireRoom(events, count * EventBytes);
        memory.RequireRoom(written, sizeof(uint));

        // Timestamps at which the subscriptions are due; files are at once.
        long[] due = new long[count];
        var clock = caller.Store.Wasi.Clock;
        for (int i = 0; i < count; i++)
        {
            if (DueAt(clock, subscriptions.AsSpan(i * SubscriptionBytes, SubscriptionBytes)) is not { } at)
            {
                return null;
            }

            due[i] = at;
        }

        return new WasiSleep(clock, due.Min(), (awake, now) =>
        {
            var answer = Events(subscriptions, due, now);
            var room = new WasiMemory(awake);
            room.Write(events, answer);
            room.Write(written, BitConverter.GetBytes(answer.Length / EventBytes));
            return Success;
        });
    }

    private static long? DueAt(WasiClock clock, ReadOnlySpan<byte> subscription)
    {
        byte kind = subscription[8];
        if (kind != ClockKind)
        {
            return kind is ReadKind or WriteKind ? long.MinValue : null;
        }

        if (clock.Read(BinaryPrimitives.ReadInt32LittleEndian(subscription[16..])) is not { } now)
        {
            return null;
        }

        ulong time = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
        bool absolute = (BinaryPrimitives.ReadUInt16LittleEndian(subscription[40..]) & Absolute) != 0;
        return clock.After(!absolute ? time : time > now ? time - now : 0);
    }

    private static ReadOnlySpan<byte> Events(byte[] subscriptions, ReadOnlySpan<long> due, long now)
    {
        byte[] events = new byte[due.Length * EventBytes];
        int ready = 0;
        for (int i = 0; i < due.Length; i++)
        {
            if (due[i] <= now)
            {
                // No error, and how many bytes are ready is not known.
                var subscription = subscriptions.AsSpan(i * SubscriptionBytes, SubscriptionBytes);
                var one = events.AsSpan(ready++ * EventBytes, EventBytes);
                subscription[..8].CopyTo(one);
                one[10] = subscription[8];
            }
        }

        return events.AsSpan(0, ready * EventBytes);
    }
}
