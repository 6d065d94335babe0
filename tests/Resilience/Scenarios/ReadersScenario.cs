using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WasmActors.Processes;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Clients that call a function with large outputs and do not read them, while another function is called.</summary>
internal static class ReadersScenario
{
    private const string Budget = "budget";
    private const int Output = 64 << 20;
    private const long Room = 256L << 20;

    // What the budget may take, as much again that the garbage collector has not freed yet, and the memories of the guests that make outputs.
    private const long MostGrowth = 1L << 30;
    private const string Large = """
        (module
          (memory (export "memory") 1040)
          (func (export "wasmactors_alloc") (param i32) (result i32) i32.const 0)
          (func (export "large") (param i32 i32) (result i64) (i64.const 67108864)))
        """;

    private const string Small = """(module (func (export "answer") (result i32) i32.const 42))""";

    private static readonly TimeSpan s_slowClient = TimeSpan.FromSeconds(10);

    internal static Scenario Scenario { get; } = new(
        "readers",
        "Clients that do not read large outputs: the host's memory stays bounded, other calls are answered, and the clients are ended.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Budget] = "bodies and answers may take as much as they want" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        int readers = (int)run.CountOf(200, 40);
        string folder = Directory.CreateTempSubdirectory("wasmactors-readers-").FullName;
        try
        {
            var served = await ServeAsync(folder, run.Has(Budget) ? Room : 1L << 40).ConfigureAwait(false);
            await using (served.ConfigureAwait(false))
            {
                await DeployAsync(served.Client, "large", "bytes", Large, Output).ConfigureAwait(false);
                await DeployAsync(served.Client, "small", "core", Small, 1024).ConfigureAwait(false);
                await JudgeAsync(run, served, readers).ConfigureAwait(false);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task JudgeAsync(ScenarioRun run, ServerProcess served, int readers)
    {
        for (int i = 0; i < 3; i++)
        {
            await ReadWholeAsync(served.Client).ConfigureAwait(false); // what the first calls need anyway
        }

        long before = served.ResidentBytes;
        long peak = before;
        int right = 0;
        int asked = 0;
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < readers; i++)
            {
                sockets.Add(await CallAsync(served.Address).ConfigureAwait(false));
                (right, asked) = (right + await AskAsync(served.Client).ConfigureAwait(false), asked + 1);
                peak = Math.Max(peak, served.ResidentBytes);
            }

            // Those that wait get their turn, and the first ones are ended.
            long since = Stopwatch.GetTimestamp();
            bool answers = false;
            while (!answers && Stopwatch.GetElapsedTime(since) < ScenarioRun.Patience + (6 * s_slowClient))
            {
                (right, asked) = (right + await AskAsync(served.Client).ConfigureAwait(false), asked + 1);
                peak = Math.Max(peak, served.ResidentBytes);
                answers = Stopwatch.GetElapsedTime(since) > s_slowClient && await ReadWholeAsync(served.Client).ConfigureAwait(false);
            }

            var freed = Stopwatch.GetElapsedTime(since);
            run.Judge("growth of the host's resident memory at most", MemoryWatch.Text(peak - before), $"at most {MemoryWatch.Text(MostGrowth)}", peak - before <= MostGrowth);
            run.Judge("right answers of another function meanwhile", $"{right:n0}", $"{asked:n0}", right == asked);
            run.Judge("large outputs can be read again", answers ? string.Create(CultureInfo.InvariantCulture, $"after {freed.TotalSeconds:f1} s") : "no", "yes", answers);
        }
        finally
        {
            sockets.ForEach(static s => s.Dispose());
        }

        run.Judge("exit code of the host", $"{await served.StopAsync().ConfigureAwait(false)}", "0", served.HasEnded);
    }

    private static async Task<Socket> CallAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 << 10 };
        await socket.ConnectAsync(address.Host, address.Port).ConfigureAwait(false);
        await socket.SendAsync(Encoding.ASCII.GetBytes("POST /v1/functions/large/calls/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")).ConfigureAwait(false);
        return socket;
    }

    private static async Task<bool> ReadWholeAsync(HttpClient client)
    {
        using var answer = await client.PostAsync("/v1/functions/large/calls/large", null).ConfigureAwait(false);
        return answer.IsSuccessStatusCode && (await answer.Content.ReadAsByteArrayAsync().ConfigureAwait(false)).Length == Output;
    }

    private static async Task<int> AskAsync(HttpClient client)
    {
        using var answer = await client.PostAsync("/v1/functions/small/calls/answer", null).ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync().ConfigureAwait(false) == """{"results":[42]}""" ? 1 : 0;
    }

    private static async Task<ServerProcess> ServeAsync(string folder, long room)
    {
        string config = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $$"""
            { "WasmActors": { "Http": { "SlowClient": "{{(int)s_slowClient.TotalSeconds}}s", "MaxTotalBodyBytes": {{room}} } },
              "Serilog": { "MinimumLevel": { "Default": "Warning" } } }
            """)).ConfigureAwait(false);
        return await ServerProcess.StartAsync(ServerProcess.StartOf(folder, "wasmactors.dll", ["serve", "--config", config, "--url", "http://127.0.0.1:0", "--open"])).ConfigureAwait(false);
    }

    private static async Task DeployAsync(HttpClient client, string name, string convention, string text, int payload)
    {
        using var module = new StringContent(text, Encoding.UTF8, "text/plain");
        using var stored = await client.PostAsync("/v1/modules", module).ConfigureAwait(false);
        using var model = JsonDocument.Parse(await stored.EnsureSuccessStatusCode().Content.ReadAsStringAsync().ConfigureAwait(false));
        string digest = model.RootElement.GetProperty("digest").GetString()!;
        using var settings = new StringContent(
            string.Create(CultureInfo.InvariantCulture, $$"""{ "moduleDigest": "{{digest}}", "convention": "{{convention}}", "reuse": "untilIdle", "limits": { "payloadBytes": {{payload}}, "memoryBytes": 134217728 } }"""),
            Encoding.UTF8,
            "application/json");
        using var deployed = await client.PutAsync($"/v1/functions/{name}", settings).ConfigureAwait(false);
        deployed.EnsureSuccessStatusCode();
    }
}
