using System.IO.Pipes;
using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Tests.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>Standard input of WASI programs.</summary>
public sealed class WasiInputTests(WasiGuests guests) : IClassFixture<WasiGuests>
{
    [SkippableFact]
    public async Task Input_from_bytes_arrives_whole()
    {
        Assert.Equal((0, "line 1\nline 2", ""), await CatAsync(WasiInput.FromBytes("line 1\nline 2"u8.ToArray())));
        Assert.Equal((0, "", ""), await CatAsync(WasiInput.FromBytes(ReadOnlyMemory<byte>.Empty)));
        Assert.Equal((0, "", ""), await CatAsync(WasiInput.Empty));
    }

    [SkippableFact]
    public async Task Large_input_arrives_whole_from_bytes_a_file_and_a_stream()
    {
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(static i => $"{i}\n"));
        using var folder = new TemporaryFolder().Make();
        await File.WriteAllTextAsync(folder.In("input"), text);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        foreach (var input in new[] { WasiInput.FromBytes(Encoding.UTF8.GetBytes(text)), WasiInput.FromFile(folder.In("input")), WasiInput.FromStream(stream) })
        {
            Assert.Equal((0, text, ""), await CatAsync(input));
        }
    }

    [SkippableFact]
    public async Task A_program_reads_a_slow_stream_as_it_comes()
    {
        await using var host = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var client = new AnonymousPipeClientStream(PipeDirection.In, host.ClientSafePipeHandle);
        using var output = new Observed();
        var module = await guests.FileAsync("cat.c");
        using var store = guests.NewStore(new WasiOptions { Stdin = WasiInput.FromStream(client), Stdout = WasiOutput.ToStream(output) });
        var run = Task.Run(() => store.Instantiate(module, WasiGuests.Imports).RunCommand());
        foreach (string part in new[] { "one", "two", "three" })
        {
            await host.WriteAsync(Encoding.UTF8.GetBytes(part));
            Assert.Equal(part, await output.NextAsync(TimeSpan.FromSeconds(20)));
        }

        Assert.False(run.IsCompleted);
        await host.DisposeAsync();
        Assert.Equal(0, await run.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [SkippableFact]
    public async Task A_stream_that_breaks_is_the_end_of_the_input()
    {
        using var breaking = new Breaking("before");
        Assert.Equal((0, "before", ""), await CatAsync(WasiInput.FromStream(breaking)));
    }

    [SkippableFact]
    public async Task A_stream_that_never_gives_anything_does_not_hold_a_program_beyond_its_deadline()
    {
        await using var host = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var client = new AnonymousPipeClientStream(PipeDirection.In, host.ClientSafePipeHandle);
        var module = await guests.SourceAsync("""
            #include <unistd.h>
            int main(void) { char byte; read(0, &byte, 1); for (volatile int i = 0;; i++) {} }
            """);
        using var store = guests.NewStore(new WasiOptions { Stdin = WasiInput.FromStream(client) }, TimeSpan.FromMilliseconds(100));
        var run = Task.Run(() => Assert.Throws<Trap>(() => store.Instantiate(module, WasiGuests.Imports).RunCommand()));
        Assert.Equal(ErrorCode.DeadlineExceeded, (await run.WaitAsync(TimeSpan.FromSeconds(20))).Code);
    }

    [SkippableFact]
    public async Task A_store_that_ends_leaves_the_rest_of_a_stream_alone_and_open()
    {
        using var endless = new Endless();
        var module = await guests.SourceAsync("""
            #include <unistd.h>
            int main(void) { char bytes[10]; return (int)read(0, bytes, 10); }
            """);
        using (var store = guests.NewStore(new WasiOptions { Stdin = WasiInput.FromStream(endless) }))
        {
            Assert.Equal(10, store.Instantiate(module, WasiGuests.Imports).RunCommand());
        }

        // Only as much as fits into the pipe on the way.
        Assert.True(await endless.RestsAsync(TimeSpan.FromSeconds(20)), "the stream is read on after the store has gone");
        Assert.InRange(endless.Given, 10, 1 << 20);
        Assert.True(endless.CanRead);
    }

    [SkippableFact]
    public async Task Input_that_cannot_be_opened_is_a_bad_configuration()
    {
        using var folder = new TemporaryFolder().Make();
        var module = await guests.FileAsync("cat.c");
        foreach (string path in new[] { folder.In("missing"), folder.Path, "with\0zero", "" })
        {
            using var store = guests.NewStore(new WasiOptions { Stdin = WasiInput.FromFile(path) });
            Assert.Equal(ErrorCode.WasiBadConfiguration, Assert.Throws<WasmError>(() => store.Instantiate(module, WasiGuests.Imports)).Code);
        }
    }

    private async Task<(int Status, string Out, string Err)> CatAsync(WasiInput input) =>
        guests.Run(await guests.FileAsync("cat.c"), new WasiOptions { Stdin = input });

    /// <summary>A stream whose writes can be waited for one by one.</summary>
    private sealed class Observed : MemoryStream
    {
        private readonly System.Threading.Channels.Channel<string> _writes = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public override void Write(ReadOnlySpan<byte> buffer) => _writes.Writer.TryWrite(Encoding.UTF8.GetString(buffer));

        public async Task<string> NextAsync(TimeSpan patience) => await _writes.Reader.ReadAsync().AsTask().WaitAsync(patience);
    }

    /// <summary>A stream that throws after its text.</summary>
    private sealed class Breaking(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? await base.ReadAsync(buffer, cancellationToken) : throw new InvalidDataException("broken");
    }

    /// <summary>A stream without end.</summary>
    private sealed class Endless : MemoryStream
    {
        private long _given;

        public long Given => Interlocked.Read(ref _given);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Add(ref _given, buffer.Length);
            return ValueTask.FromResult(buffer.Length);
        }

        public async Task<bool> RestsAsync(TimeSpan patience)
        {
            using var end = new CancellationTokenSource(patience);
            while (!end.IsCancellationRequested)
            {
                long before = Given;
                await Task.Delay(200, CancellationToken.None);
                if (Given == before)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
