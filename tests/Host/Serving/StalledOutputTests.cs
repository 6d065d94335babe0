using System.Diagnostics;
using System.Globalization;
using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Serving;

/// <summary>A real process whose standard output is a pipe that nobody reads once it listens.</summary>
public sealed class StalledOutputTests : IDisposable
{
    private const int Programs = 6;
    private const int CallsOfEach = 12;
    private const int LinesOfEach = 100;

    // Writes 100 lines of 200 bytes to standard error: as many as a store may log in a second.
    private const string Talker = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start") (local $n i32)
            (memory.fill (i32.const 100) (i32.const 120) (i32.const 199))
            (i32.store8 (i32.const 299) (i32.const 10))
            (i32.store (i32.const 0) (i32.const 100))
            (i32.store (i32.const 4) (i32.const 200))
            (loop $more
              (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
              (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100))))))
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_holds_up_neither_functions_nor_readiness_nor_the_stop_and_what_is_dropped_is_counted()
    {
        using var process = ProgramRun.Start(_folder, ["serve", "--open", "--url", "http://127.0.0.1:0"]);
        _ = process.StandardError.ReadToEndAsync();
        try
        {
            using var client = new HttpClient { BaseAddress = await AddressOf(process), Timeout = TimeSpan.FromSeconds(30) };
            await DeployAsync(client, "quiet", Wat.Numbers);
            for (int i = 0; i < Programs; i++)
            {
                await DeployAsync(client, $"talker{i}?convention=wasi-command", Talker);
            }

            for (int call = 0; call < CallsOfEach; call++)
            {
                await Task.WhenAll(Enumerable.Range(0, Programs).Select(i => PostAsync(client, $"/v1/functions/talker{i}/calls/_start", "")));
                Assert.Equal("""{"results":[3]}""", await PostAsync(client, "/v1/functions/quiet/calls/add", "[1, 2]"));
            }

            Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
            long dropped = await DroppedAsync(client);
            Assert.InRange(dropped, 1, Programs * CallsOfEach * LinesOfEach);
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(ServerProcess.Patience);

            // The file, which is a sink of its own, has what the pipe lacks.
            Assert.Equal(0, process.ExitCode);
            string log = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "wasmactors-data", "logs"))));
            Assert.Contains("The node stops", log, StringComparison.Ordinal);
            Assert.DoesNotContain("sink \"File\"", log, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<Uri> AddressOf(Process process)
    {
        using var patience = new CancellationTokenSource(ServerProcess.Patience);
        const string listening = "Listening at ";
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith(listening, StringComparison.Ordinal))
            {
                return new Uri(line[listening.Length..].Split(',')[0].Trim());
            }
        }

        throw new InvalidOperationException("It ended before it listened.");
    }

    private static async Task DeployAsync(HttpClient client, string name, string text)
    {
        using var body = new StringContent(text, Encoding.UTF8, "text/plain");
        using var answer = await client.PutAsync(new Uri($"/v1/functions/{name}", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> PostAsync(HttpClient client, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    private static async Task<long> DroppedAsync(HttpClient client)
    {
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string line = Assert.Single(metrics.Split('\n'), static l => l.StartsWith("wasmactors_log_dropped", StringComparison.Ordinal));
        Assert.Contains("wasmactors_log_sink=\"Console\"", line, StringComparison.Ordinal);
        return long.Parse(line.Split('}')[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
