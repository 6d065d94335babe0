using System.Buffers.Binary;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Wasi.Stdin;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// <c>poll_oneoff</c>, by which WASI programs sleep and wait for standard input. Wasmtime's own cannot be interrupted: this one ends with
/// the call, and where the guest can be paused it holds no thread meanwhile. Files and output are always ready, and so is standard input
/// from bytes or a file.
/// </summary>
internal static class WasiPoll
{
    // __wasi_subscription_t: user data u64, kind u8 at 8, then for clocks: clock u32 at 16, time u64 at 24, flags u16 at 40;
    // for files: descriptor u32 at 16.
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
    internal static int Poll(WasmCaller caller, int asked, int events, int count, int written) =>
        Begin(caller, asked, events, count, written).Hold(caller);

    /// <summary>Reads what a guest waits for.</summary>
    /// <exception cref="Trap">A pointer is no good: nothing was written.</exception>
    internal static WasiWait Begin(WasmCaller caller, int asked, int events, int count, int written)
    {
        if (count is <= 0 or > MaxSubscriptions)
        {
            return WasiWait.Over(WasiErrno.Invalid);
        }

        var memory = new WasiMemory(caller);
        memory.RequireRoom(asked, count * SubscriptionBytes, alignment: sizeof(ulong));
        memory.RequireRoom(events, count * EventBytes, alignment: sizeof(ulong));
        memory.RequireRoom(written, sizeof(uint), alignment: sizeof(uint));
        byte[] all = memory.Read(asked, count * SubscriptionBytes);
        var asks = new Ask[count];
        var session = caller.Store.Wasi;
        for (int i = 0; i < count; i++)
        {
            if (Read(session, all.AsSpan(i * SubscriptionBytes, SubscriptionBytes)) is not { } ask)
            {
                return WasiWait.Over(WasiErrno.Invalid);
            }

            asks[i] = ask;
        }

        return new Polling(session, asks, events, written);
    }

    private static Ask? Read(WasiSession session, ReadOnlySpan<byte> subscription)
    {
        ulong data = BinaryPrimitives.ReadUInt64LittleEndian(subscription);
        byte kind = subscription[8];
        int subject = BinaryPrimitives.ReadInt32LittleEndian(subscription[16..]);
        if (kind != ClockKind)
        {
            bool waits = kind == ReadKind && subject == 0 && session.Input is not null;
            return kind is ReadKind or WriteKind ? new Ask(data, kind, subject, waits ? long.MaxValue : long.MinValue, waits) : null;
        }

        if (session.Clock.Read(subject) is not { } now)
        {
            return null;
        }

        ulong time = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
        bool absolute = (BinaryPrimitives.ReadUInt16LittleEndian(subscription[40..]) & Absolute) != 0;
        return new Ask(data, kind, subject, session.Clock.After(!absolute ? time : time > now ? time - now : 0), WaitsForInput: false);
    }

    /// <summary>One thing that a guest waits for.</summary>
    /// <param name="Data">The guest's own.</param>
    /// <param name="Kind">What it is.</param>
    /// <param name="Subject">A clock or a descriptor.</param>
    /// <param name="Due">Timestamp at which it is due, whatever comes.</param>
    /// <param name="WaitsForInput">Whether it is due as soon as there is input.</param>
    private readonly record struct Ask(ulong Data, byte Kind, int Subject, long Due, bool WaitsForInput);

    private sealed class Polling(WasiSession session, Ask[] asks, int events, int written) : WasiWait
    {
        private readonly long _due = asks.Min(static ask => ask.Due);
        private readonly StdinSource? _input = Array.Exists(asks, static ask => ask.WaitsForInput) ? session.Input : null;

        internal override long Due => _input is null ? _due : Math.Min(_due, session.Clock.After(Look));

        internal override bool IsOver => session.Clock.Now >= _due || HasInput;

        private bool HasInput => _input?.Wait(TimeSpan.Zero) == true;

        internal override int End(WasmCaller caller)
        {
            bool hasInput = HasInput;
            long now = session.Clock.Now;
            byte[] all = new byte[asks.Length * EventBytes];
            int ready = 0;
            foreach (var ask in asks)
            {
                if (ask.Due <= now || (ask.WaitsForInput && hasInput))
                {
                    // How many bytes are ready is not known.
                    var one = all.AsSpan(ready++ * EventBytes, EventBytes);
                    BinaryPrimitives.WriteUInt64LittleEndian(one, ask.Data);
                    BinaryPrimitives.WriteUInt16LittleEndian(one[8..], (ushort)ErrorOf(caller, ask));
                    one[10] = ask.Kind;
                }
            }

            var memory = new WasiMemory(caller);
            memory.Write(events, all.AsSpan(0, ready * EventBytes));
            memory.Write(written, BitConverter.GetBytes(ready));
            return WasiErrno.Success;
        }

        private protected override void Pause(TimeSpan longest)
        {
            var left = session.Clock.Until(_due);
            var pause = left < longest ? left : longest;
            if (_input is { } input)
            {
                input.Wait(pause);
            }
            else
            {
                // In whole milliseconds; zero, for the last one, only lets others run.
                Thread.Sleep((int)pause.TotalMilliseconds);
            }
        }

        // Standard input is read and the two outputs are written; whether others are there, only Wasmtime knows.
        private int ErrorOf(WasmCaller caller, Ask ask) => ask.Subject switch
        {
            _ when ask.Kind == ClockKind => WasiErrno.Success,
            0 => ask.Kind == ReadKind ? WasiErrno.Success : WasiErrno.BadDescriptor,
            1 or 2 => ask.Kind == WriteKind ? WasiErrno.Success : WasiErrno.BadDescriptor,
            _ => session.Others?.Status(caller, ask.Subject, events) ?? (session.HasFolders ? WasiErrno.Success : WasiErrno.BadDescriptor),
        };
    }
}
