using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WasmActors.Processes;
using WasmActors.Resilience.Http;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Requests that are made up by the OpenAPI document, most of them wrong somewhere, against a host that asks for keys and one that does not.</summary>
internal static class HttpScenario
{
    private const string Keys = "keys";
    private const string Healthy = "healthy-and-left-alone";
    private const int Seed = 20_261_126;
    private const int Workers = 4;
    private const int CanaryOneOf = 25;
    private const int Shown = 10;
    private const string Add = """(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))""";

    internal static Scenario Scenario { get; } = new(
        "http",
        "Made-up HTTP requests: every one is answered as documented, none with 500; a healthy function answers, and the catalogue is whole.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Keys] = "the host asks for no API keys" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        long count = run.CountOf(50_000, 1_500);
        var figures = new Figures();
        await RunAsync(run, figures, open: !run.Has(Keys), asks: true, count / 2).ConfigureAwait(false);
        await RunAsync(run, figures, open: true, asks: false, count - (count / 2)).ConfigureAwait(false);

        foreach (var (outcome, times) in figures.Outcomes.OrderByDescending(static o => o.Value))
        {
            ScenarioRun.Tell($"{times,9:n0}  {outcome}");
        }

        foreach (string wrong in figures.Wrong.Take(Shown))
        {
            ScenarioRun.Tell(wrong);
        }

        run.Judge("requests answered", $"{figures.Answered:n0}", $"{count:n0}", figures.Answered == count);
        run.Judge("answers with status 500", $"{figures.InternalErrors:n0}", "0", figures.InternalErrors == 0);
        run.Judge("answers that are not as documented", $"{figures.Wrong.Count:n0}", "0", figures.Wrong.IsEmpty);
        run.Judge("requests that their key does not allow, and were let in", $"{figures.LetIn:n0} of {figures.NotAllowed:n0}", "0", figures is { LetIn: 0, NotAllowed: > 0 });
        run.Judge("right answers of a healthy function, the catalogue read", $"{figures.Right:n0}", $"{figures.Asked:n0}", figures.Right == figures.Asked && figures.Asked > 0);
        run.Judge("hosts that lived, stopped in order, and were whole afterwards", $"{figures.Whole}", "2", figures.Whole == 2);
    }

    // asks: whether requests have keys, of which some do not allow what is asked for.
    private static async Task RunAsync(ScenarioRun run, Figures figures, bool open, bool asks, long count)
    {
        string folder = Directory.CreateTempSubdirectory("wasmactors-http-").FullName;
        try
        {
            string? key;
            var served = await ServeAsync(folder, open).ConfigureAwait(false);
            await using (served.ConfigureAwait(false))
            {
                key = served.Key;
                var client = served.Client;
                await DeployAsync(client).ConfigureAwait(false);
                var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json").ConfigureAwait(false)).RootElement;
                var operations = ApiOperation.Read(document);
                var schemas = new SchemaFuzzer(document, await StoreAsync(client).ConfigureAwait(false));
                string?[] keys = asks ? await KeysAsync(client, key).ConfigureAwait(false) : [];
                long next = 0;
                await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
                {
                    var fuzzer = new RequestFuzzer(operations, schemas, keys, run.SeedOf(Seed) + worker);
                    using var exchange = new HttpExchange(served.Address);
                    for (long i = Interlocked.Increment(ref next); i <= count && !served.HasEnded; i = Interlocked.Increment(ref next))
                    {
                        await SendAsync(figures, exchange, fuzzer.Next()).ConfigureAwait(false);
                        if (i % CanaryOneOf == 0)
                        {
                            await AskAsync(figures, client, (int)i).ConfigureAwait(false);
                        }
                    }
                }))).ConfigureAwait(false);
                if (served.HasEnded || await served.StopAsync().ConfigureAwait(false) != 0)
                {
                    ScenarioRun.Tell($"The host ended:\n{served.Output[Math.Max(0, served.Output.Length - 4000)..]}");
                    return;
                }
            }

            // What it stored is whole: another process starts with it.
            var again = await ServeAsync(folder, open).ConfigureAwait(false);
            await using (again.ConfigureAwait(false))
            {
                using var client = again.ClientWith(key);
                await AskAsync(figures, client, -1).ConfigureAwait(false);
                figures.Whole += await again.StopAsync().ConfigureAwait(false) == 0 ? 1 : 0;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task SendAsync(Figures figures, HttpExchange exchange, FuzzRequest request)
    {
        HttpAnswer? answer;
        try
        {
            answer = await exchange.SendAsync(request.Bytes, request.Method != "HEAD").ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or FormatException)
        {
            figures.Wrong.Enqueue($"{failure.Message}\n{request}");
            return;
        }
        finally
        {
            if (request.IsBroken)
            {
                exchange.Dispose(); // what is left of it is not to be read as the next one
            }
        }

        string? wrong = figures.Judge(request, answer);
        if (wrong is not null)
        {
            figures.Wrong.Enqueue($"{wrong}: {answer?.Status} {answer?.Text}\n{request}");
        }
    }

    private static async Task AskAsync(Figures figures, HttpClient client, int number)
    {
        Interlocked.Increment(ref figures.Asked);
        using var arguments = new StringContent(string.Create(CultureInfo.InvariantCulture, $"[{number}, 1]"), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync($"/v1/functions/{Healthy}/calls/add", arguments).ConfigureAwait(false);
        string text = await answer.Content.ReadAsStringAsync().ConfigureAwait(false);
        string catalogue = await client.GetStringAsync("/v1/functions").ConfigureAwait(false);
        using var functions = JsonDocument.Parse(catalogue);
        bool isThere = functions.RootElement.GetProperty("functions").EnumerateArray().Any(static f => f.GetProperty("name").GetString() == Healthy);
        if (isThere && text == string.Create(CultureInfo.InvariantCulture, $$"""{"results":[{{number + 1}}]}"""))
        {
            Interlocked.Increment(ref figures.Right);
        }
        else
        {
            ScenarioRun.Tell($"The healthy function answered {text}");
        }
    }

    private static async Task<ServerProcess> ServeAsync(string folder, bool open)
    {
        string config = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(config, """
            { "WasmActors": { "Http": { "SlowClient": "2s", "MaxBodyBytes": "1MiB" }, "Telemetry": { "Metrics": true } },
              "Serilog": { "MinimumLevel": { "Default": "Warning" } } }
            """).ConfigureAwait(false);
        return await ServerProcess.StartAsync(ServerProcess.StartOf(folder, "wasmactors.dll", ["serve", "--config", config, "--url", "http://127.0.0.1:0", .. open ? (string[])["--open"] : []])).ConfigureAwait(false);
    }

    // The healthy function, and some of each kind and convention that the requests are about.
    private static async Task DeployAsync(HttpClient client)
    {
        await DeployAsync(client, $"{Healthy}?reuse=untilIdle", Add).ConfigureAwait(false);
        string[] conventions = ["core", "bytes", "wasi-command"];
        for (int i = 0; i < 8; i++)
        {
            string kind = i is 3 or 4 or 6 ? "keyed" : "stateless";
            await DeployAsync(client, string.Create(CultureInfo.InvariantCulture, $"f{i}?kind={kind}&convention={conventions[i % 3]}"), FuzzModules.Texts[i % 3]).ConfigureAwait(false);
        }
    }

    private static async Task DeployAsync(HttpClient client, string name, string text)
    {
        using var module = new StringContent(text, Encoding.UTF8, "text/plain");
        using var answer = await client.PutAsync($"/v1/functions/{name}", module).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<List<string>> StoreAsync(HttpClient client)
    {
        var digests = new List<string>();
        foreach (string text in FuzzModules.Texts)
        {
            using var module = new ByteArrayContent(ModuleText.ToBinary(text));
            using var answer = await client.PostAsync("/v1/modules", module).ConfigureAwait(false);
            using var stored = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync().ConfigureAwait(false));
            digests.Add(stored.RootElement.GetProperty("digest").GetString()!);
        }

        return digests;
    }

    // None, a wrong one, and one for each scope; on an open host there are none to be made.
    private static async Task<string?[]> KeysAsync(HttpClient client, string? admin)
    {
        var keys = new List<string?> { null };
        foreach (string scope in (string[])["call", "deploy"])
        {
            using var body = new StringContent($$"""{"name":"fuzz-{{scope}}","scopes":["{{scope}}"]}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/v1/keys", body).ConfigureAwait(false);
            using var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync().ConfigureAwait(false));
            keys.Add(made.RootElement.TryGetProperty("secret", out var secret) ? secret.GetString() : "wak_none");
        }

        return [.. keys, admin ?? "wak_none"];
    }

    private sealed class Figures
    {
        private static readonly int[] s_ofTheServer = [400, 408, 411, 413, 414, 417, 431, 501, 505];

        // Of a request whose method was changed, so that it may be another operation's.
        private static readonly int[] s_successes = [200, 201, 204];

        private readonly DocumentedFailures _documented = new();

        internal long Answered;
        internal long InternalErrors;
        internal long NotAllowed;
        internal long LetIn;
        internal long Asked;
        internal long Right;

        internal int Whole { get; set; }

        internal ConcurrentDictionary<string, long> Outcomes { get; } = new(StringComparer.Ordinal);

        internal ConcurrentQueue<string> Wrong { get; } = new();

        /// <summary>Counts an answer.</summary>
        /// <returns>What is wrong with it; null for nothing.</returns>
        internal string? Judge(FuzzRequest request, HttpAnswer? answer)
        {
            if (answer is null)
            {
                Count("no HTTP: closed", request.IsBroken);
                return request.IsBroken ? null : "the connection was closed without an answer";
            }

            if (answer.Status == 500)
            {
                Interlocked.Increment(ref InternalErrors);
            }

            string code = "";
            string? wrong = answer.Status < 400 ? (request.Operation.Successes.Contains(answer.Status) || (!request.IsAsDescribed && s_successes.Contains(answer.Status)) ? null : "an undocumented success")
                : request.Method == "HEAD" ? null
                : answer is { Body.Length: 0, Closes: true } && s_ofTheServer.Contains(answer.Status) ? null
                : _documented.Check(answer, request.Method.Equals("GET", StringComparison.OrdinalIgnoreCase), out code);
            Count(answer.Status < 400 ? $"{answer.Status}" : answer.Body.Length == 0 ? $"{answer.Status} without a body" : $"{answer.Status} {code}", isAnswer: true);
            if (request.Scope < request.Operation.Scope)
            {
                Interlocked.Increment(ref NotAllowed);
                if (answer.Status < 400 || !(code.Length == 0 || code.StartsWith("http.", StringComparison.Ordinal)))
                {
                    Interlocked.Increment(ref LetIn);
                }
            }

            return wrong;
        }

        private void Count(string outcome, bool isAnswer)
        {
            Outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
            if (isAnswer)
            {
                Interlocked.Increment(ref Answered);
            }
        }
    }
}
