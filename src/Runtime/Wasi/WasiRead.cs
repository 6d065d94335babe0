using System.Buffers.Binary;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Wasi.Stdin;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// <c>fd_read</c> for stores whose standard input the host reads. Wasmtime's own reads ahead, cannot be interrupted, and does not say
/// whether there is something to read.
/// </summary>
internal static class WasiRead
{
    // __wasi_iovec_t: pointer u32, length u32.
    private const int VectorBytes = 8;

    // POSIX's IOV_MAX; a single read returns no more than MostBytes.
    private const int MaxVectors = 1024;
    private const int MostBytes = 256 * 1024;

    /// <summary>errno fd_read(fd, const iovec* vectors, size count, size* read)</summary>
    internal static int Read(WasmCaller caller, int descriptor, int vectors, int count, int read) =>
        Begin(caller, descriptor, vectors, count, read).Hold(caller);

    /// <summary>Begins a read, which waits for standard input.</summary>
    /// <exception cref="Trap">A pointer is no good: nothing was read.</exception>
    internal static WasiWait Begin(WasmCaller caller, int descriptor, int vectors, int count, int read)
    {
        var session = caller.Store.Wasi;
        if (descriptor != 0)
        {
            return WasiWait.Over(session.Others?.Read(caller, descriptor, vectors, count, read) ?? WasiErrno.BadDescriptor);
        }

        if (count is < 0 or > MaxVectors)
        {
            return WasiWait.Over(WasiErrno.Invalid);
        }

        var memory = new WasiMemory(caller);
        memory.RequireRoom(read, sizeof(uint), alignment: sizeof(uint));
        memory.RequireRoom(vectors, count * VectorBytes, alignment: sizeof(uint));

        // Into the first that has room, as Wasmtime does: a program reads on where it wants more.
        byte[] all = memory.Read(vectors, count * VectorBytes);
        for (int at = 0; at < all.Length; at += VectorBytes)
        {
            int pointer = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at));
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(all.AsSpan(at + 4));
            memory.RequireRoom(pointer, length);
            if (length > 0)
            {
                return new Reading(session.Clock, session.Input!, pointer, (int)Math.Min(length, MostBytes), read);
            }
        }

        memory.Write(read, BitConverter.GetBytes(0));
        return WasiWait.Over(WasiErrno.Success);
    }

    private sealed class Reading(WasiClock clock, StdinSource input, int pointer, int length, int read) : WasiWait
    {
        private readonly byte[] _buffer = new byte[length];
        private int? _count;

        internal override long Due => IsOver ? long.MinValue : clock.After(Look);

        internal override bool IsOver => (_count ??= input.Read(_buffer)) is not null;

        internal override int End(WasmCaller caller)
        {
            if (_count is not >= 0)
            {
                return WasiErrno.Io;
            }

            var memory = new WasiMemory(caller);
            memory.Write(pointer, _buffer.AsSpan(0, _count.Value));
            memory.Write(read, BitConverter.GetBytes(_count.Value));
            return WasiErrno.Success;
        }

        private protected override void Pause(TimeSpan longest) => input.Wait(longest);
    }
}
