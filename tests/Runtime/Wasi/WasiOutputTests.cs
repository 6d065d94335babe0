using System.Text;
using WasmActors.Guests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Tests.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>Standard output and standard error of WASI programs.</summary>
public sealed class WasiOutputTests(WasiGuests guests) : IClassFixture<WasiGuests>
{
    // 20,000 writes of their own, of which none is buffered in the guest.
    private const string Writing = """
        #include <stdio.h>
        #include <unistd.h>
        int main(void) {
            char line[16];
            for (int i = 0; i < 20000; i++) {
                int length = sprintf(line, "%d\n", i);
                if (write(1 + i % 2, line, length) != length) return 3;
            }
            return 0;
        }
        """;

    private static string Written(int remainder) => string.Concat(Enumerable.Range(0, 20_000).Where(i => i % 2 == remainder).Select(static i => $"{i}\n"));

    [SkippableFact]
    public async Task Captured_output_is_complete_when_the_call_returns_and_apart_from_errors()
    {
        Assert.Equal((0, Written(0), Written(1)), guests.Run(await guests.SourceAsync(Writing)));
    }

    [SkippableFact]
    public async Task One_capture_may_serve_both_in_the_order_of_writing()
    {
        var both = WasiOutput.Capture();
        using var store = guests.NewStore(new WasiOptions { Stdout = both, Stderr = both });
        Assert.Equal(0, store.Instantiate(await guests.SourceAsync(Writing), WasiGuests.Imports).RunCommand());
        Assert.Equal(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i}\n")), both.Text);
        Assert.False(both.IsTruncated);
    }

    [SkippableFact]
    public async Task Output_to_files_is_complete_when_the_call_returns()
    {
        using var folder = new TemporaryFolder().Make();
        await File.WriteAllTextAsync(folder.In("out"), new string('x', 1_000_000));
        using var store = guests.NewStore(new WasiOptions { Stdout = WasiOutput.ToFile(folder.In("out")), Stderr = WasiOutput.ToFile(folder.In("err")) });
        var instance = store.Instantiate(await guests.SourceAsync(Writing), WasiGuests.Imports);
        Assert.Equal(0, instance.RunCommand());
        Assert.Equal((Written(0), Written(1)), (await File.ReadAllTextAsync(folder.In("out")), await File.ReadAllTextAsync(folder.In("err"))));
    }

    [SkippableFact]
    public async Task The_last_words_of_a_program_are_in_its_file_as_soon_as_it_has_ended()
    {
        using var folder = new TemporaryFolder().Make();
        var module = await guests.FileAsync("hello.c");
        for (int i = 0; i < 200; i++)
        {
            string path = folder.In($"{i}");
            using var store = guests.NewStore(new WasiOptions { Stdout = WasiOutput.ToFile(path) });
            Assert.Equal(0, store.Instantiate(module, WasiGuests.Imports).RunCommand());
            Assert.Equal("Hello from WebAssembly\n", await File.ReadAllTextAsync(path));
        }
    }

    [SkippableFact]
    public async Task Output_to_a_stream_is_complete_when_the_call_returns_and_the_stream_stays_open()
    {
        using var stream = new MemoryStream();
        using (var store = guests.NewStore(new WasiOptions { Stdout = WasiOutput.ToStream(stream) }))
        {
            Assert.Equal(0, store.Instantiate(await guests.SourceAsync(Writing), WasiGuests.Imports).RunCommand());
            Assert.Equal(Written(0), Encoding.UTF8.GetString(stream.ToArray()));
        }

        Assert.True(stream.CanWrite);
    }

    [SkippableFact]
    public async Task What_was_written_before_a_trap_is_there()
    {
        var written = WasiOutput.Capture();
        using var store = guests.NewStore(new WasiOptions { Stdout = written });
        var module = await guests.SourceAsync("""
            #include <unistd.h>
            int main(void) { write(1, "before", 6); __builtin_trap(); }
            """);
        Assert.Throws<Trap>(() => store.Instantiate(module, WasiGuests.Imports).RunCommand());
        Assert.Equal("before", written.Text);
    }

    [SkippableTheory]
    [InlineData(0, "", true)]
    [InlineData(5, "Hello", true)]
    [InlineData(22, "Hello from WebAssembly", true)]
    [InlineData(23, "Hello from WebAssembly\n", false)]
    public async Task A_capture_keeps_as_much_as_it_may_and_tells_that_there_was_more(int limit, string kept, bool truncated)
    {
        var written = WasiOutput.Capture(limit);
        using var store = guests.NewStore(new WasiOptions { Stdout = written });
        Assert.Equal(0, store.Instantiate(await guests.FileAsync("hello.c"), WasiGuests.Imports).RunCommand());
        Assert.Equal((kept, truncated), (written.Text, written.IsTruncated));
        Assert.Equal(Encoding.UTF8.GetBytes(kept), written.ToArray());
    }

    [SkippableFact]
    public async Task A_stream_that_throws_is_an_error_of_writing_for_the_guest_and_the_store_lives_on()
    {
        using var throwing = new Throwing();
        using var store = guests.NewStore(new WasiOptions { Stdout = WasiOutput.ToStream(throwing) });
        var instance = store.Instantiate(await guests.SourceAsync("""
            #include <unistd.h>
            __attribute__((export_name("put"))) int put(void) { return write(1, "text", 4); }
            """, GuestKind.Reactor), WasiGuests.Imports);
        instance.GetFunc("_initialize").Call();
        var put = instance.GetFunc("put");
        Assert.Equal(-1, put.Call<int>());
        Assert.Equal(1, throwing.Writes);
        Assert.Equal(-1, put.Call<int>());
    }

    [SkippableFact]
    public async Task A_file_that_cannot_be_made_is_a_bad_configuration()
    {
        using var folder = new TemporaryFolder().Make();
        var module = await guests.FileAsync("hello.c");
        foreach (string path in new[] { folder.In("missing/out"), folder.Path, "with\0zero", "" })
        {
            WasiOptions[] refused = [new() { Stdout = WasiOutput.ToFile(path) }, new() { Stderr = WasiOutput.ToFile(path) }];
            foreach (var options in refused)
            {
                using var store = guests.NewStore(options);
                Assert.Equal(ErrorCode.WasiBadConfiguration, Assert.Throws<WasmError>(() => store.Instantiate(module, WasiGuests.Imports)).Code);

                // What needs no WASI still runs.
                Assert.Empty(store.Instantiate(WasmModule.FromText(guests.Engine, "(module)")).Exports);
            }
        }
    }

    private sealed class Throwing : MemoryStream
    {
        private int _writes;

        public int Writes => Volatile.Read(ref _writes);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Interlocked.Increment(ref _writes);
            throw new InvalidOperationException("no");
        }
    }
}
