using System.Text;
using WasmActors.Host.Telemetry.Logging;

namespace WasmActors.Host.Cli.Output;

/// <summary>Writes text to a stream that may stall. The caller never waits: texts are queued, and beyond 1,024 of them they are dropped.</summary>
/// <param name="output">Writes to the stream; not disposed.</param>
/// <param name="patience">Longest time that disposing waits until the queue is written.</param>
internal sealed class BoundedWriter(TextWriter output, TimeSpan patience) : TextWriter
{
    private readonly OutputThread<string> _thread = new("standard output", 1024, text => Write(output, text), static () => { }, patience);

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => _thread.TryAdd(value.ToString());

    public override void Write(char[] buffer, int index, int count) => _thread.TryAdd(new string(buffer, index, count));

    public override void Write(string? value) => _thread.TryAdd(value ?? "");

    public override void WriteLine(string? value) => _thread.TryAdd(value + NewLine);

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: each text is flushed after it was written.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: each text is flushed after it was written.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private static void Write(TextWriter output, string text)
    {
        try
        {
            output.Write(text);
            output.Flush();
        }
        catch (IOException)
        {
            // Nobody reads it any more.
        }
    }
}
