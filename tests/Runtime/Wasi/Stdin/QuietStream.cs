namespace WasmActors.Runtime.Tests.Wasi.Stdin;

/// <summary>A stream that gives nothing until it is told to.</summary>
internal sealed class QuietStream : Stream
{
    private readonly System.Threading.Channels.Channel<byte[]> _parts = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Give(string text) => _parts.Writer.TryWrite(System.Text.Encoding.UTF8.GetBytes(text));

    public void End() => _parts.Writer.Complete();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await _parts.Reader.WaitToReadAsync(cancellationToken))
        {
            return 0;
        }

        byte[] part = await _parts.Reader.ReadAsync(cancellationToken);
        part.CopyTo(buffer);
        return part.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
