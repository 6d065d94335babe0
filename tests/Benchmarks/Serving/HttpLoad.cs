using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using WasmActors.Benchmarks.Pausing;
using WasmActors.Processes;

namespace WasmActors.Benchmarks.Serving;

/// <summary>
/// What a call over HTTP costs: processor time of the server for each request of <c>wrk</c> with 64 connections, against that of a Kestrel
/// endpoint that answers nothing. The three take turns, and the medians of the rounds are compared.
/// </summary>
internal static partial class HttpLoad
{
    private const int Rounds = 5;
    private const string Guest = """(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))""";

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("wasmactors-http-load-").FullName;
        try
        {
            var empty = await ServerProcess.StartAsync(ServerProcess.StartOf(folder, typeof(HttpLoad).Assembly.Location, EmptyServer.Verb)).ConfigureAwait(false);
            await using var first = empty.ConfigureAwait(false);
            var host = await ServerProcess.StartAsync(ServerProcess.StartOf(folder, Host(), "serve", "--url", "http://127.0.0.1:0")).ConfigureAwait(false);
            await using var second = host.ConfigureAwait(false);
            await DeployAsync(host, "add-stateless?kind=stateless&reuse=untilIdle").ConfigureAwait(false);
            await DeployAsync(host, "add-keyed?kind=keyed").ConfigureAwait(false);
            var length = options.Length(8, 2);
            (string Name, ServerProcess Server, string Script)[] targets =
            [
                ("empty Kestrel endpoint", empty, Script(folder, "empty", null, "/empty")),
                ("warm stateless function", host, Script(folder, "stateless", host.Key, "/v1/functions/add-stateless/calls/add")),
                ("warm keyed function, 64 keys", host, Script(folder, "keyed", host.Key, "/v1/functions/add-keyed/keys/k\" .. (n % 64) .. \"/calls/add")),
            ];
            var costs = targets.Select(static _ => new List<double>()).ToArray();
            var rates = targets.Select(static _ => new List<double>()).ToArray();
            for (int round = -1; round < Rounds; round++)
            {
                for (int i = 0; i < targets.Length; i++)
                {
                    var (cost, rate) = await MeasureAsync(targets[i].Server, targets[i].Script, round < 0 ? TimeSpan.FromSeconds(3) : length).ConfigureAwait(false);
                    if (round >= 0)
                    {
                        costs[i].Add(cost);
                        rates[i].Add(rate);
                    }
                }
            }

            double least = Median(costs[0]);
            Console.WriteLine($"   {"empty Kestrel endpoint",-58} {Figure(least, rates[0], 1)}");
            return Tell(1, 1.25) & Tell(2, 1.5);

            bool Tell(int i, double most) =>
                PauseOptions.Tell(targets[i].Name, Figure(Median(costs[i]), rates[i], Median(costs[i]) / least), string.Create(CultureInfo.InvariantCulture, $"<= {most} of empty"), Median(costs[i]) / least <= most);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Host() =>
        typeof(HttpLoad).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Host").Value!;

    private static string Figure(double microseconds, List<double> rates, double ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{microseconds:f1} us, {ratio:f2}, {Median(rates) / 1000:f1} k/s");

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task DeployAsync(ServerProcess host, string function)
    {
        using var module = new StringContent(Guest, Encoding.UTF8, "text/plain");
        using var answer = await host.Client.PutAsync(new Uri($"/v1/functions/{function}", UriKind.Relative), module).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
    }

    private static string Script(string folder, string name, string? key, string path)
    {
        string file = Path.Combine(folder, $"{name}.lua");
        File.WriteAllText(file, $$"""
            local n = 0
            wrk.method = "POST"
            wrk.body = "[2,3]"
            wrk.headers["Content-Type"] = "application/json"
            {{(key is null ? "" : $"wrk.headers[\"Authorization\"] = \"Bearer {key}\"")}}
            request = function()
              n = n + 1
              return wrk.format(nil, "{{path}}")
            end
            """);
        return file;
    }

    // Microseconds of processor time of the server for a request, and requests a second.
    private static async Task<(double Cost, double Rate)> MeasureAsync(ServerProcess server, string script, TimeSpan length)
    {
        var before = server.ProcessorTime;
        string report = await WrkAsync(server.Address, script, length).ConfigureAwait(false);
        double used = (server.ProcessorTime - before).TotalMicroseconds;
        if (report.Contains("Non-2xx", StringComparison.Ordinal) || report.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not all requests were answered well:\n{report}");
        }

        double count = double.Parse(Requests().Match(report).Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
        return (used / count, count / length.TotalSeconds);
    }

    private static async Task<string> WrkAsync(Uri address, string script, TimeSpan length)
    {
        try
        {
            using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", "-c64", $"-d{length.TotalSeconds:f0}s", "-s", script, address.ToString()]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            string report = await wrk.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
            await wrk.WaitForExitAsync().ConfigureAwait(false);
            return report;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("wrk is not installed (Debian: apt-get install wrk).", missing);
        }
    }

    [GeneratedRegex("(?<count>[0-9]+) requests in", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Requests();
}
