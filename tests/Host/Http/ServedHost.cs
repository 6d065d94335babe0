using System.Net.Http.Headers;
using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Http;

/// <summary>A running host that the tests of a class, or of several, talk to.</summary>
public abstract class ServedHost : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _settings;
    private readonly string[] _args;

    private protected ServedHost(string settings, params string[] args)
    {
        _settings = settings;
        _args = args;
    }

    internal ServerProcess Serve { get; private set; } = null!;

    internal HttpClient Client => Serve.Client;

    /// <summary>Folder that the process was started in.</summary>
    internal string Folder => _folder.Path;

    public async Task InitializeAsync() =>
        Serve = await ProgramRun.ServeAsync(_folder, ["--config", _folder.Write("settings.json", _settings), .. _args]);

    public async Task DisposeAsync()
    {
        await Serve.DisposeAsync();
        _folder.Dispose();
    }

    private const long LargeBody = 1 << 20;

    internal Task<Answer> GetAsync(string path) => Answer.OfAsync(Client.GetAsync(new Uri(path, UriKind.Relative)));

    internal Task<Answer> DeleteAsync(string path) => Answer.OfAsync(Client.DeleteAsync(new Uri(path, UriKind.Relative)));

    internal Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(Client, method, path, body, headers);

    internal static async Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        request.Headers.ExpectContinue = body?.Headers.ContentLength > LargeBody; // a body that is rejected for its length is not sent: the connection could break before the answer is read
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        return await Answer.OfAsync(client.SendAsync(request));
    }

    /// <summary>Sends JSON.</summary>
    internal Task<Answer> JsonAsync(HttpMethod method, string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, Json(json), headers);

    /// <summary>Deploys a module in text form.</summary>
    /// <param name="name">The function, with the query where there is one.</param>
    /// <param name="text">The module.</param>
    internal async Task<Answer> DeployAsync(string name, string text, params (string Name, string Value)[] headers)
    {
        using var body = new StringContent(text, Encoding.UTF8, "text/plain");
        return await SendAsync(HttpMethod.Put, $"/v1/functions/{name}", body, headers);
    }

    /// <summary>Calls a function with arguments as JSON, or none.</summary>
    /// <param name="path">What is behind /v1/functions/.</param>
    /// <param name="arguments">JSON; null for no body.</param>
    internal Task<Answer> CallAsync(string path, string? arguments = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, $"/v1/functions/{path}", arguments is null ? null : Json(arguments), headers);

    /// <summary>A body of JSON.</summary>
    internal static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>A body of bytes.</summary>
    internal static ByteArrayContent Bytes(byte[] bytes, string mediaType = "application/octet-stream")
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return body;
    }

    /// <summary>The host is ready, a function deployed now is there and answers, and the catalogue can be read.</summary>
    internal async Task IsWholeAsync()
    {
        string name = $"whole-{Guid.NewGuid():N}"[..20];
        (await GetAsync("/readyz")).Is(200, "ok\n");
        (await DeployAsync(name, Wat.Numbers)).Is(201);
        (await CallAsync($"{name}/calls/add", "[40, 2]")).Is(200, """{"results":[42]}""");
        Assert.Contains($"\"{name}\"", (await GetAsync("/v1/functions")).Is(200).Text, StringComparison.Ordinal);
        (await DeleteAsync($"/v1/functions/{name}")).Is(204);
    }
}
