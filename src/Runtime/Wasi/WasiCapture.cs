using System.Buffers;
using System.Text;

namespace WasmActors.Runtime.Wasi;

/// <summary>Keeps what WASI programs write. May be read at any time, from any thread.</summary>
public sealed class WasiCapture : WasiOutput
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly int _limit;

    internal WasiCapture(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _limit = limit;
    }

    /// <summary>Whether more was written than the limit allowed to keep.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Whether nothing was written so far.</summary>
    internal bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _written.WrittenCount == 0;
            }
        }
    }

    /// <summary>The bytes written so far.</summary>
    public byte[] ToArray()
    {
        lock (_lock)
        {
            return _written.WrittenSpan.ToArray();
        }
    }

    /// <summary>What was written so far, read as UTF-8; bytes that are none become U+FFFD.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_written.WrittenSpan);
            }
        }
    }

    /// <summary>Forgets what was written.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _written.Clear();
            IsTruncated = false;
        }
    }

    internal override void WriteOwn(ReadOnlySpan<byte> bytes, bool isError) => Write(bytes);

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            int room = _limit - _written.WrittenCount;
            IsTruncated |= bytes.Length > room;
            _written.Write(bytes[..Math.Min(room, bytes.Length)]);
        }
    }
}
