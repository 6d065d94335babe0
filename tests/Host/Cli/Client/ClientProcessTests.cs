using System.Diagnostics;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>What only a process of its own has: standard streams, environment, signals.</summary>
public sealed class ClientProcessTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string ProgramExports = """{ "convention": "wasi-command", "exports": [{ "name": "_start", "params": [], "results": [] }] }""";

    [Fact]
    public async Task Bytes_pass_as_they_are_and_server_and_key_come_from_the_environment()
    {
        byte[] input = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)i)];
        await using var server = await FakeServer.StartAsync(static (context, request) => request.Method == "GET"
            ? FakeServer.WriteAsync(context, 200, "application/json", ProgramExports)
            : context.Response.Body.WriteAsync(request.Body).AsTask());

        var run = await ProgramRun.Of(folder, ["call", "f", "_start"], input, ("WASMACTORS_SERVER", server.Url + "/"), ("WASMACTORS_KEY", "wak_x"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(input, run.Output);
        Assert.Equal("Bearer wak_x", server.Requests[^1].Header("Authorization"));
    }

    [Fact]
    public async Task The_exit_status_of_a_program_is_passed_on_with_what_it_wrote()
    {
        await using var server = await FakeServer.StartAsync(static (context, request) => request.Method == "GET"
            ? FakeServer.WriteAsync(context, 200, "application/json", ProgramExports)
            : FakeServer.RefuseAsync(context, 422, "program.exit_status", "3", "\"exitStatus\": 3, \"stdout\": \"out\\u0007\", \"stderr\": \"bad\\u001b[31m\\nworse\\n\""));

        var run = await ProgramRun.Of(folder, ["call", "f", "_start", "--server", server.Url]);

        Assert.Equal((3, "out\u0007", "bad\\x1b[31m\nworse\n"), (run.ExitCode, run.Text, run.Error));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ctrl_C_ends_the_wait_for_a_server_or_for_input(bool inputEnds)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        Skip.If(ProgramRun.IgnoresInterrupts, "This process and its children ignore SIGINT.");
        var asked = new TaskCompletionSource();
        await using var server = await FakeServer.StartAsync(async (context, request) =>
        {
            if (request.Method == "GET")
            {
                await FakeServer.WriteAsync(context, 200, "application/json", ProgramExports);
            }

            if (!inputEnds || request.Method == "POST")
            {
                asked.TrySetResult();
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            if (request.Method == "POST")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        using var process = ProgramRun.Start(folder, ["call", "f", "_start", "--server", server.Url]);
        try
        {
            if (inputEnds)
            {
                process.StandardInput.Close();
            }

            await asked.Task.WaitAsync(deadline.Token);
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
            await process.WaitForExitAsync(deadline.Token);

            Assert.Equal(130, process.ExitCode);
            Assert.StartsWith("error: call.cancelled", await process.StandardError.ReadToEndAsync(deadline.Token), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }
}
