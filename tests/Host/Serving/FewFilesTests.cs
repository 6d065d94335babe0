using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using WasmActors.Host.Tests.Http;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Serving;

/// <summary>Real processes that may have few files open.</summary>
public sealed class FewFilesTests : IDisposable
{
    private const string Prlimit = "/usr/bin/prlimit";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(511)]
    public async Task With_too_few_a_start_says_so(int files)
    {
        using var process = Start(files);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(ServerProcess.Patience);
        await process.WaitForExitAsync().WaitAsync(ServerProcess.Patience);

        Assert.StartsWith($"error: node.too_few_files\n  This process may have {files} files open", error, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", error, StringComparison.Ordinal);
        Assert.Equal(72, process.ExitCode);
    }

    [SkippableTheory]
    [InlineData(512)]
    [InlineData(700)]
    public async Task With_few_a_flood_of_connections_leaves_it_alive_and_it_answers_afterwards(int files)
    {
        await using var serve = await ServerProcess.StartAsync(StartOf(files));
        await DeployAsync(serve.Client, "before");
        var flood = new List<Socket>();
        try
        {
            for (int i = 0; i < 2 * files; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(serve.Address.Host, serve.Address.Port);
                await socket.SendAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\n"));
            }

            // Compiling starts a process, which needs files too.
            await DeployAsync(serve.Client, "meanwhile");
        }
        catch (SocketException)
        {
            // One that was closed while it was written to.
        }
        finally
        {
            flood.ForEach(static s => s.Dispose());
        }

        await UntilAsync(() => DeployAsync(serve.Client, "afterwards"));
        Assert.False(serve.HasEnded, serve.Output);
        Assert.Contains("connections are accepted at a time", serve.Output, StringComparison.Ordinal);
        Assert.Equal(0, await serve.StopAsync());
    }

    private static async Task UntilAsync(Func<Task> works)
    {
        using var over = new CancellationTokenSource(ServerProcess.Patience);
        while (true)
        {
            try
            {
                await works();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, over.Token); // the flood's connections are still there
            }
        }
    }

    private static async Task DeployAsync(HttpClient client, string name)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"""(module (func (export "{name}") (result i32) i32.const {name.Length}))""");
        using var body = new StringContent(text, Encoding.UTF8, "text/plain");
        (await Answer.OfAsync(client.PutAsync(new Uri($"/v1/functions/{name}", UriKind.Relative), body))).Is(201);
        (await Answer.OfAsync(client.PostAsync(new Uri($"/v1/functions/{name}/calls/{name}", UriKind.Relative), null))).Is(200, $$"""{"results":[{{name.Length}}]}""");
    }

    private ProcessStartInfo StartOf(int files)
    {
        Skip.IfNot(File.Exists(Prlimit), $"{Prlimit} sets the limit of files");
        var serve = ServerProcess.StartOf(_folder.Path, "wasmactors.dll", "serve", "--open", "--url", "http://127.0.0.1:0");
        return new ProcessStartInfo(Prlimit, [$"--nofile={files}:{files}", serve.FileName, .. serve.ArgumentList]) { WorkingDirectory = _folder.Path };
    }

    private Process Start(int files)
    {
        var start = StartOf(files);
        start.RedirectStandardError = true;
        return Process.Start(start)!;
    }
}
