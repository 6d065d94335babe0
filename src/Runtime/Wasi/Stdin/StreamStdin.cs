namespace WasmActors.Runtime.Wasi.Stdin;

/// <summary>A stream, read ahead of the program by at most <see cref="MostHeld"/> bytes and one read. It is not closed.</summary>
internal sealed class StreamStdin : StdinSource
{
    internal const int MostHeld = 64 * 1024;
    private const int PartBytes = 16 * 1024;

    private readonly Stream _stream;
    private readonly CancellationTokenSource _ended = new();
    private readonly object _lock = new(); // waited on, which a Lock cannot be
    private readonly Queue<ReadOnlyMemory<byte>> _parts = [];
    private ReadOnlyMemory<byte> _first;
    private TaskCompletionSource? _room;
    private int _held;
    private bool _isOver;

    internal StreamStdin(Stream stream)
    {
        _stream = stream;
        _ = Task.Run(PumpAsync);
    }

    internal override bool Wait(TimeSpan longest)
    {
        lock (_lock)
        {
            if (!IsReady && longest > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, longest);
            }

            return IsReady;
        }
    }

    internal override int? Read(Span<byte> buffer)
    {
        lock (_lock)
        {
            if (!IsReady)
            {
                return null;
            }

            if (_first.IsEmpty && !_parts.TryDequeue(out _first))
            {
                return 0;
            }

            int count = Math.Min(buffer.Length, _first.Length);
            _first.Span[..count].CopyTo(buffer);
            _first = _first[count..];
            _held -= count;
            if (_held < MostHeld)
            {
                _room?.TrySetResult();
            }

            return count;
        }
    }

    /// <summary>Stops reading the stream. What it has given already is lost.</summary>
    public override void Dispose() => _ended.Cancel();

    private bool IsReady => _isOver || _held > 0;

    private async Task PumpAsync()
    {
        try
        {
            byte[] part = new byte[PartBytes];
            int read;
            while ((read = await _stream.ReadAsync(part, _ended.Token).ConfigureAwait(false)) > 0)
            {
                await Add(part.AsSpan(0, read).ToArray()).WaitAsync(_ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The store has ended, or the stream broke, in whatever way: the program reads the end.
        }

        lock (_lock)
        {
            _isOver = true;
            Monitor.PulseAll(_lock);
        }
    }

    // Done once there is room for more.
    private Task Add(byte[] part)
    {
        lock (_lock)
        {
            _parts.Enqueue(part);
            _held += part.Length;
            Monitor.PulseAll(_lock);
            _room = _held < MostHeld ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room?.Task ?? Task.CompletedTask;
        }
    }
}
