namespace WasmActors.Runtime.Wasi;

/// <summary>Where a WASI program's standard output or standard error goes. One output may serve both.</summary>
public abstract class WasiOutput
{
    private protected WasiOutput()
    {
    }

    /// <summary>Nowhere.</summary>
    public static WasiOutput Discard { get; } = new DiscardedOutput();

    /// <summary>The same stream of this process.</summary>
    public static WasiOutput Inherit { get; } = new InheritedOutput();

    /// <summary>A file, made or emptied when the store first needs it.</summary>
    public static WasiOutput ToFile(string path) => new FileOutput(path);

    /// <summary>
    /// A stream, written on a thread of Wasmtime's while the guest waits: a slow stream slows the guest down. A stream that
    /// throws is closed for the guest. It is neither flushed nor closed here.
    /// </summary>
    public static WasiOutput ToStream(Stream stream) => new StreamOutput(stream);

    /// <summary>Keeps what is written, up to a number of bytes.</summary>
    /// <param name="limit">Bytes kept; what comes after is dropped and <see cref="WasiCapture.IsTruncated"/> set. Default 1 MiB.</param>
    public static WasiCapture Capture(int limit = 1 << 20) => new(limit);

    /// <summary>Writes what a guest says by other ways than WASI. Outputs to a file, which WASI opens, do not get it.</summary>
    /// <param name="bytes">What it says.</param>
    /// <param name="isError">Whether this is the guest's standard error.</param>
    internal virtual void WriteOwn(ReadOnlySpan<byte> bytes, bool isError)
    {
    }

    internal sealed class DiscardedOutput : WasiOutput;

    internal sealed class InheritedOutput : WasiOutput
    {
        private static readonly Lazy<Stream> s_output = new(Console.OpenStandardOutput);
        private static readonly Lazy<Stream> s_error = new(Console.OpenStandardError);

        internal override void WriteOwn(ReadOnlySpan<byte> bytes, bool isError) => (isError ? s_error : s_output).Value.Write(bytes);
    }

    internal sealed class FileOutput(string path) : WasiOutput
    {
        internal string Path => path;
    }

    internal sealed class StreamOutput(Stream stream) : WasiOutput
    {
        private readonly Lock _lock = new();

        internal override void WriteOwn(ReadOnlySpan<byte> bytes, bool isError) => Write(bytes);

        internal void Write(ReadOnlySpan<byte> bytes)
        {
            lock (_lock)
            {
                stream.Write(bytes);
            }
        }
    }
}
