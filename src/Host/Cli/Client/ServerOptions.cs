using System.CommandLine;
using System.Text;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>The options of every verb that asks a server: which one, with which key, for how long.</summary>
internal sealed class ServerOptions
{
    /// <summary>Environment variable that holds the API key.</summary>
    public const string KeyVariable = "WASMACTORS_KEY";

    /// <summary>Environment variable that names the server.</summary>
    public const string ServerVariable = "WASMACTORS_SERVER";

    private const string DefaultServer = "http://127.0.0.1:8080";
    private const int MaxKeyBytes = 4096;

    private readonly Option<string?> _server = new("--server") { HelpName = "URL", Description = $"The server. [default: {ServerVariable}, else {DefaultServer}]", Recursive = true };
    private readonly Option<string?> _keyFile = new("--key-file") { HelpName = "FILE", Description = $"File with the API key. There is no option for the key itself, which everybody on the machine could see. [default: {KeyVariable}]", Recursive = true };
    private readonly ParsedOption<TimeSpan> _timeout;
    private readonly TimeSpan _usualTimeout;

    /// <summary>Makes the options.</summary>
    /// <param name="usualTimeout">Longest time of one request by default.</param>
    public ServerOptions(TimeSpan usualTimeout)
    {
        _usualTimeout = usualTimeout;
        _timeout = new("--request-timeout", DurationText.TryParse) { HelpName = "DURATION", Description = $"Longest time of one request with its answer. [default: {DurationText.Format(usualTimeout)}]", Recursive = true };
    }

    /// <summary>Adds the options to a verb and all below it.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(_server);
        verb.Add(_keyFile);
        verb.Add(_timeout);
    }

    /// <summary>A client for the server that was named; the caller disposes it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellation">Ends the reading of the key's file.</param>
    /// <param name="atLeast">Longest time of one request unless one was named: a call's own time and some for the
    /// way.</param>
    /// <exception cref="CommandLineException"><c>usage</c>: the address or the key is none.</exception>
    public async Task<ApiClient> ConnectAsync(ParseResult parsed, CancellationToken cancellation, TimeSpan atLeast = default)
    {
        var server = ReadServer(FirstOf(parsed.GetValue(_server), Environment.GetEnvironmentVariable(ServerVariable)) ?? DefaultServer);
        string? key = parsed.GetValue(_keyFile) is { } file
            ? CheckKey(await ReadKeyAsync(file, cancellation).ConfigureAwait(false), file)
            : FirstOf(Environment.GetEnvironmentVariable(KeyVariable)?.Trim()) is { } given ? CheckKey(given, KeyVariable) : null;
        return new ApiClient(server, key, parsed.GetValue(_timeout) ?? (atLeast > _usualTimeout ? atLeast : _usualTimeout));
    }

    private static string? FirstOf(params ReadOnlySpan<string?> texts)
    {
        foreach (string? text in texts)
        {
            if (!string.IsNullOrEmpty(text))
            {
                return text;
            }
        }

        return null;
    }

    private static Uri ReadServer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https" && server is { Query: "", Fragment: "", UserInfo: "" }
            ? server
            : throw new CommandLineException("usage", $"'{GuestText.Clean(text, GuestText.NameLimit)}' is no address of a server: expected is one as {DefaultServer} or https://functions.example.com.", $"Give it with --server or in {ServerVariable}.");

    private static async Task<string> ReadKeyAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var file = File.OpenRead(path);
            await using (file.ConfigureAwait(false))
            {
                byte[] bytes = new byte[MaxKeyBytes];
                int length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
                return Encoding.UTF8.GetString(bytes, 0, length).Trim();
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandLineException("usage", $"The API key cannot be read from {path}: {unreadable.Message}", "Name a file that holds nothing but the key.");
        }
    }

    // What it is instead is not shown: it may be a secret of another kind.
    private static string CheckKey(string key, string source) =>
        key.Length is > 0 and < MaxKeyBytes && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : throw new CommandLineException("usage", $"{source} holds no API key: expected is one line such as wak_….", "Name a file that holds nothing but the key.");
}
