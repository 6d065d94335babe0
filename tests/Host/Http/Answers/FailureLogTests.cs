using Microsoft.AspNetCore.Http;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Tests.Cli;

namespace WasmActors.Host.Tests.Http.Answers;

public sealed class FailureLogTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Each_failed_request_is_one_line_that_its_trace_id_finds()
    {
        using var folder = new TemporaryFolder();
        await using var serve = await ProgramRun.ServeAsync(folder);
        using (var module = new StringContent(Wat.Numbers, System.Text.Encoding.UTF8, "text/plain"))
        {
            (await Answer.OfAsync(serve.Client.PutAsync(new Uri("/v1/functions/numbers", UriKind.Relative), module))).Is(201);
        }

        (await Answer.OfAsync(serve.Client.PutAsync(new Uri("/v1/functions/copy?convention=wasi-command", UriKind.Relative), new StringContent(Wat.Copy, System.Text.Encoding.UTF8, "text/plain")))).Is(201);
        using var nobody = serve.ClientWith(null);
        Answer[] failures =
        [
            (await PostAsync(serve.Client, "numbers/calls/div", "[1, 0]")).IsFailure(422, "trap.integer_divide_by_zero"),
            (await PostAsync(serve.Client, "numbers/calls/add", "[\"a secret\"]")).IsFailure(400, "call.bad_arguments"),
            (await PostAsync(serve.Client, "copy/calls/_start", "3")).IsFailure(422, "program.exit_status"),
            (await PostAsync(nobody, "numbers/calls/add", "[1, 2]")).IsFailure(401, "http.unauthorized"),
            (await PostAsync(serve.Client, "numbers", "")).IsFailure(405, "http.method_not_allowed"),
        ];
        (await PostAsync(serve.Client, "numbers/calls/add", "[1, 2]")).Is(200);
        Assert.Equal(0, await serve.StopAsync());

        string[] log = await File.ReadAllLinesAsync(Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "wasmactors-data", "logs"))));
        Assert.All(failures, failure =>
        {
            string line = Assert.Single(log, l => l.Contains(failure.Json.GetProperty("traceId").GetString()!, StringComparison.Ordinal));
            Assert.Contains($" {failure.Code}, status {(int)failure.Status}:", line, StringComparison.Ordinal);
        });
        string trap = Assert.Single(log, static l => l.Contains("trap.integer_divide_by_zero", StringComparison.Ordinal));
        Assert.Contains("function numbers, export div, API key ", trap, StringComparison.Ordinal);
        Assert.DoesNotContain("API key null", trap, StringComparison.Ordinal);
        Assert.DoesNotContain(log, l => l.Contains("a secret", StringComparison.Ordinal) || l.Contains(serve.Key!.Split('_')[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_of_failures_is_bounded_and_what_was_left_out_is_counted()
    {
        var sink = new Collected();
        using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        var log = new FailureLog(logger, TimeProvider.System);
        var problem = Problems.Make(400, ApiErrorCode.BadRequest, "Something was wrong.");

        long since = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 10 * FailureLog.PerSecond; i++)
        {
            log.Failed(new DefaultHttpContext(), problem, null);
        }

        var took = TimeProvider.System.GetElapsedTime(since);
        using var over = new CancellationTokenSource(s_soon);
        while (!sink.Events.Any(static e => e.Properties.ContainsKey("LeftOut")))
        {
            await Task.Delay(20, over.Token);
        }

        int lines = sink.Events.Count(static e => e.Properties.ContainsKey("Code"));
        Assert.InRange(lines, FailureLog.PerSecond, FailureLog.PerSecond * (1 + (int)took.TotalSeconds));
        Assert.Equal((10 * FailureLog.PerSecond) - lines, sink.Events.Sum(static e => e.Properties.TryGetValue("LeftOut", out var count) ? (long)((ScalarValue)count).Value! : 0));
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, string body)
    {
        using var content = ServedHost.Json(body);
        return await Answer.OfAsync(client.PostAsync(new Uri($"/v1/functions/{path}", UriKind.Relative), content));
    }

    private sealed class Collected : ILogEventSink
    {
        private readonly Lock _lock = new();
        private readonly List<LogEvent> _events = [];

        public IReadOnlyList<LogEvent> Events
        {
            get
            {
                lock (_lock)
                {
                    return [.. _events];
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            lock (_lock)
            {
                _events.Add(logEvent);
            }
        }
    }
}
