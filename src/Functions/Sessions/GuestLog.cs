using System.Diagnostics;
using System.Text;
using Serilog;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Sessions;

/// <summary>
/// Makes log events of the lines that one store's guest writes to standard output and standard error: bounded in length
/// and in number, of the store and of its function on the node together. What is over that is dropped and counted.
/// Written on the thread that the guest waits for.
/// </summary>
internal sealed class GuestLog
{
    /// <summary>Bytes of a line that are logged.</summary>
    internal const int MaxLine = 1024;

    /// <summary>Lines that one store may log in a second.</summary>
    internal const int LinesOfStore = 100;

    /// <summary>Bytes that one store may log in a second.</summary>
    internal const int BytesOfStore = 64 << 10;

    private readonly ILogger _log;
    private readonly string _function;
    private readonly LogAllowance _ofStore;
    private readonly LogAllowance _ofFunction;
    private readonly Lock _lock = new();
    private long _dropped;
    private long _droppedBytes;

    /// <param name="log">Where lines go; knows the function's version and the key.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="clock">Of the allowances.</param>
    /// <param name="ofFunction">What all stores of the function may log together.</param>
    internal GuestLog(ILogger log, string function, TimeProvider clock, LogAllowance ofFunction)
    {
        _log = log;
        _function = function;
        _ofStore = new LogAllowance(clock, LinesOfStore, BytesOfStore);
        _ofFunction = ofFunction;
        Stdout = new Writer(this, "stdout", null);
        Stderr = new Writer(this, "stderr", null);
    }

    /// <summary>Where a guest's standard output goes.</summary>
    internal Writer Stdout { get; }

    /// <summary>Where a guest's standard error goes.</summary>
    internal Writer Stderr { get; private set; }

    /// <summary>The span of the call under way, which its lines belong to.</summary>
    internal Activity? Span { get; set; }

    /// <summary>Where a guest's standard error goes that is kept as well.</summary>
    internal Writer Keep(WasiCapture capture) => Stderr = new Writer(this, "stderr", capture);

    /// <summary>The call is over: logs lines that have no end yet, and how much was dropped.</summary>
    internal void Flush()
    {
        lock (_lock)
        {
            Stdout.Flush();
            Stderr.Flush();
            TellDropped();
            Span = null;
        }
    }

    private void Line(string stream, ReadOnlySpan<byte> line, bool isCut)
    {
        if (!_ofStore.TryTake(line.Length) || !_ofFunction.TryTake(line.Length))
        {
            _dropped++;
            _droppedBytes += line.Length;
            return;
        }

        TellDropped();
        using var flow = Flow.With(Span);
        _log.Information("{Function} {Stream}: {Line}", _function, stream, GuestText.Clean(Encoding.UTF8.GetString(line), MaxLine) + (isCut ? "…" : ""));
    }

    private void TellDropped()
    {
        if (_dropped > 0)
        {
            using var flow = Flow.With(Span);
            _log.Warning("{Function}: {Dropped} lines with {DroppedBytes} bytes that the guest wrote were not logged: a store may log {Lines} lines and {Bytes} bytes in a second", _function, _dropped, _droppedBytes, LinesOfStore, BytesOfStore);
            (_dropped, _droppedBytes) = (0, 0);
        }
    }

    /// <summary>One stream of the guest's: cuts what is written into lines.</summary>
    internal sealed class Writer(GuestLog log, string name, WasiCapture? capture) : Stream
    {
        private byte[]? _line;
        private int _length;
        private bool _isCut;

        /// <inheritdoc/>
        public override bool CanRead => false;

        /// <inheritdoc/>
        public override bool CanSeek => false;

        /// <inheritdoc/>
        public override bool CanWrite => true;

        /// <inheritdoc/>
        public override long Length => throw new NotSupportedException();

        /// <inheritdoc/>
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <inheritdoc/>
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        /// <inheritdoc/>
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            capture?.Write(buffer);
            lock (log._lock)
            {
                while (buffer.IndexOf((byte)'\n') is var end and >= 0)
                {
                    Append(buffer[..end]);
                    EndLine();
                    buffer = buffer[(end + 1)..];
                }

                Append(buffer);
            }
        }

        /// <summary>Ends a line that has none yet. The log is locked.</summary>
        public override void Flush()
        {
            if (_length > 0)
            {
                EndLine();
            }
        }

        /// <inheritdoc/>
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        /// <inheritdoc/>
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        /// <inheritdoc/>
        public override void SetLength(long value) => throw new NotSupportedException();

        private void Append(ReadOnlySpan<byte> part)
        {
            int room = MaxLine - _length;
            if (part.Length > room)
            {
                part = part[..room];
                _isCut = true;
            }

            if (!part.IsEmpty)
            {
                part.CopyTo((_line ??= new byte[MaxLine]).AsSpan(_length));
                _length += part.Length;
            }
        }

        private void EndLine()
        {
            var line = _line.AsSpan(0, _length);
            log.Line(name, line is [.., (byte)'\r'] ? line[..^1] : line, _isCut);
            (_line, _length, _isCut) = (null, 0, false);
        }
    }
}
