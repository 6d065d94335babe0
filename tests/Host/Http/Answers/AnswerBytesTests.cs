using System.Globalization;
using System.Net.Sockets;
using System.Text;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Http.Answers;

public sealed class TightHost() : ServedHost(
    """{ "WasmActors": { "Http": { "SlowClient": "15s", "MaxBodyBytes": "8MiB", "MaxTotalBodyBytes": "24MiB" } } }""", "--open");

public sealed class AnswerBytesTests(TightHost host) : IClassFixture<TightHost>, IAsyncLifetime
{
    private const int Length = 8 << 20;
    private const int Readers = 12;

    // The bytes convention: an output of 8 MiB.
    private const string Large = """
        (module
          (memory (export "memory") 160)
          (func (export "wasmactors_alloc") (param i32) (result i32) i32.const 0)
          (func (export "large") (param i32 i32) (result i64) (i64.const 8388608)))
        """;

    public async Task InitializeAsync()
    {
        using var module = new StringContent(Large, Encoding.UTF8, "text/plain");
        string digest = (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).Is(200).Json.GetProperty("digest").GetString()!;
        string settings = $$"""{ "moduleDigest": "{{digest}}", "convention": "bytes", "limits": { "payloadBytes": {{Length}} } }""";
        Assert.True((await host.JsonAsync(HttpMethod.Put, "/v1/functions/large", settings)).Message.IsSuccessStatusCode);
    }

    public Task DisposeAsync() => host.IsWholeAsync();

    [Fact]
    public async Task A_large_output_arrives_whole()
    {
        using var answer = await host.Client.PostAsync(new Uri("/v1/functions/large/calls/large", UriKind.Relative), null);

        Assert.Equal(Length, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Outputs_that_nobody_reads_count_until_there_is_no_room_and_their_clients_are_ended()
    {
        var readers = new List<Socket>();
        try
        {
            for (int i = 0; i < Readers; i++)
            {
                readers.Add(await CallAndDoNotReadAsync());
            }

            // Three fit into what calls may take; others get this answer, before or after they ran.
            var refused = await UntilAsync(static answer => (int)answer.Status == 503);
            refused.IsFailure(503, "http.busy");

            // Nobody reads, so bytes are free again only because clients were ended, each when the time for one part of its answer was over.
            (await UntilAsync(static answer => (int)answer.Status == 200)).Is(200);
            Assert.Contains(true, await Task.WhenAll(readers.Select(EndsAsync)));
        }
        finally
        {
            readers.ForEach(static r => r.Dispose());
        }
    }

    private async Task<Answer> UntilAsync(Func<Answer, bool> holds)
    {
        using var over = new CancellationTokenSource(ServerProcess.Patience);
        while (true)
        {
            var answer = await host.CallAsync("large/calls/large");
            if (holds(answer))
            {
                return answer;
            }

            await Task.Delay(50, over.Token);
        }
    }

    private async Task<Socket> CallAndDoNotReadAsync()
    {
        // The system's buffers must not hold the whole answer.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 << 10 };
        await socket.ConnectAsync(host.Client.BaseAddress!.Host, host.Client.BaseAddress.Port);
        string request = string.Create(CultureInfo.InvariantCulture, $"POST /v1/functions/large/calls/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        return socket;
    }

    // Whether it was ended in the middle: what had come before is read, and the rest of the answer never comes.
    private static async Task<bool> EndsAsync(Socket socket)
    {
        byte[] buffer = new byte[64 << 10];
        long read = 0;
        using var over = new CancellationTokenSource(ServerProcess.Patience);
        try
        {
            while (await socket.ReceiveAsync(buffer, over.Token) is > 0 and int count)
            {
                read += count;
                if (read < 2048 && Encoding.ASCII.GetString(buffer, 0, count).Contains("http.busy", StringComparison.Ordinal))
                {
                    return false; // its output was dropped: a short answer, whole
                }

                if (read > Length)
                {
                    return false; // whole, with its headers
                }
            }
        }
        catch (SocketException)
        {
            // Reset.
        }

        return read is > 0 and < Length;
    }
}
