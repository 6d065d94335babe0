using System.IO.Pipes;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// Carries a stream into a pipe from which a store's WASI programs read. A program that waits for the stream waits inside
/// Wasmtime, where no deadline reaches it: when its call is overdue the feed ends the input, and the program goes on to its end.
/// </summary>
internal sealed class WasiFeed : IDisposable
{
    private const int PartBytes = 16 * 1024;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(25);

    private readonly WasmStore _store;
    private readonly Stream _source;
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out, HandleInheritability.None);
    private readonly CancellationTokenSource _ended = new();

    internal WasiFeed(WasmStore store, Stream source)
    {
        _store = store;
        _source = source;
    }

    /// <summary>Where the other end of the pipe can be opened, until <see cref="Start"/>.</summary>
    internal string ReadPath => $"/proc/self/fd/{_pipe.ClientSafePipeHandle.DangerousGetHandle()}";

    /// <summary>Begins, now that Wasmtime has opened the other end.</summary>
    internal void Start()
    {
        _pipe.DisposeLocalCopyOfClientHandle();
        _ = Task.Run(PumpAsync);
    }

    /// <summary>Ends the input. What the stream has given already may be lost.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _pipe.Dispose();
    }

    private async Task PumpAsync()
    {
        await using (_pipe.ConfigureAwait(false))
        {
            try
            {
                byte[] part = new byte[PartBytes];
                int read;
                while ((read = await ReadAsync(part).ConfigureAwait(false)) > 0)
                {
                    await _pipe.WriteAsync(part.AsMemory(0, read), _ended.Token).ConfigureAwait(false);
                }
            }
            catch (Exception)
            {
                // The guest stopped reading, the store ended, or the source broke, in whatever way: the guest reads the end.
            }
        }
    }

    private async Task<int> ReadAsync(byte[] part)
    {
        var read = _source.ReadAsync(part, _ended.Token).AsTask();
        bool overdue = false;
        while (!read.IsCompleted)
        {
            await Task.WhenAny(read, Task.Delay(s_look, CancellationToken.None)).ConfigureAwait(false);

            // Twice in a row: a guest that runs ends by itself within a tick.
            bool interrupted = _store.CheckInterrupt() is not null;
            if (overdue && interrupted && !read.IsCompleted)
            {
                await _ended.CancelAsync().ConfigureAwait(false);
                return 0;
            }

            overdue = interrupted;
        }

        return await read.ConfigureAwait(false);
    }
}
