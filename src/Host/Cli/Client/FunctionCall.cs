using System.Net.Http.Headers;
using System.Text;
using WasmActors.Functions.Content;
using WasmActors.Functions.Registry;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>One call of a function of a server.</summary>
internal sealed class FunctionCall(CallSettings settings, ApiClient client, Terminal terminal)
{
    private const int MaxListed = 40;

    /// <summary>Calls it and writes what it answers.</summary>
    /// <returns>A WASI program's exit status, otherwise 0.</returns>
    /// <exception cref="ServerFailure">It failed.</exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c></exception>
    /// <exception cref="CommandLineException">There is no such export, or the options do not fit it.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        string path = ApiPath.Call(settings.Function, settings.Key, settings.Export);
        var (told, exports) = (await client.SendAsync(HttpMethod.Get, $"{ApiPath.Function(settings.Function)}/exports", null, cancellation).ConfigureAwait(false))
            .Read(ClientJson.Default.ExportList);
        var export = exports.FirstOrDefault(e => e.Name == settings.Export)
            ?? throw new CommandLineException(ErrorCode.ExportNotFound, $"'{settings.Function}' exports no function named '{GuestText.Clean(settings.Export, GuestText.NameLimit)}'.", Callable(exports));
        var shape = ShapeOf(told);
        CheckOptions(shape, export);
        try
        {
            return shape == CallShape.Numbers
                ? await CallCoreAsync(path, export, cancellation).ConfigureAwait(false)
                : await CallRawAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (ServerFailure failure) when (failure.Stderr is { Length: > 0 } stderr)
        {
            await TellStderrAsync(stderr).ConfigureAwait(false);
            throw;
        }
    }

    private static CallShape ShapeOf(string told)
    {
        try
        {
            return CallingConventions.ShapeOf(SettingNames.Conventions.Read(told) ?? default);
        }
        catch (WasmError)
        {
            throw new CommandLineException("server.bad_answer", $"The server names the calling convention '{GuestText.Clean(told, GuestText.NameLimit)}', which this program does not know.", "Is the server of another version?", ExitCodes.Server);
        }
    }

    private void CheckOptions(CallShape shape, ExportModel export)
    {
        string signature = CoreValues.SignatureOf(export);
        if (shape != CallShape.Program && settings.Arguments.Count + settings.Variables.Count > 0)
        {
            throw new CommandLineException("usage", $"--arg and --env are for WASI programs, and {signature} is none.", "Call the export _start of a WASI program.");
        }

        if (shape == CallShape.Program && settings.Values.Count > 0)
        {
            throw new CommandLineException("usage", "A WASI program takes no values.", "Give it arguments with --arg, each one of its own.");
        }

        if (shape == CallShape.Numbers && settings.Data is not null)
        {
            throw new CommandLineException("usage", $"--data and values for {signature} exclude each other.", "Give values to a function of the core convention, --data to one that takes bytes.");
        }

        if (shape == CallShape.Bytes && settings.Values.Count > 0)
        {
            throw new CommandLineException("usage", $"'{settings.Function}' takes bytes, and no values.", "Give them with --data or through standard input.");
        }

        if (shape != CallShape.Numbers && settings.Format == OutputFormat.Json)
        {
            throw new CommandLineException("usage", $"-o json is for values; {signature} answers bytes.", "Leave -o out: the bytes are written as they are.");
        }
    }

    private async Task<int> CallCoreAsync(string path, ExportModel export, CancellationToken cancellation)
    {
        var answer = await SendAsync(path, CoreValues.Write(export, settings.Values), "application/json", cancellation).ConfigureAwait(false);
        var results = answer.Read(ClientJson.Default.ResultsModel);
        var texts = CoreValues.Read(export, results);
        if (settings.Format == OutputFormat.Json)
        {
            JsonReport.Write(terminal, results, ClientJson.Default.ResultsModel);
        }
        else
        {
            foreach (string text in texts)
            {
                await terminal.Output.WriteLineAsync(text).ConfigureAwait(false);
            }
        }

        TellTiming(answer);
        return ExitCodes.Ok;
    }

    private async Task<int> CallRawAsync(string path, CancellationToken cancellation)
    {
        byte[] input = await CallData.ReadAsync(settings.Data, terminal, cancellation).ConfigureAwait(false);
        try
        {
            var answer = await SendAsync(path + Query(), input, "application/octet-stream", cancellation).ConfigureAwait(false);
            await terminal.WriteAsync(answer.Body, cancellation).ConfigureAwait(false);
            TellTiming(answer);
            return ExitCodes.Ok;
        }
        catch (ServerFailure failure) when (failure.Exit is { } exit)
        {
            await terminal.WriteAsync(Encoding.UTF8.GetBytes(exit.Stdout), cancellation).ConfigureAwait(false);
            await TellStderrAsync(exit.Stderr).ConfigureAwait(false);
            return ExitCodes.Of(failure);
        }
    }

    private async Task TellStderrAsync(string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            await terminal.Error.WriteLineAsync(GuestText.Clean(line.TrimEnd('\r'), GuestText.MessageLimit)).ConfigureAwait(false);
        }
    }

    private Task<ApiAnswer> SendAsync(string path, byte[] body, string type, CancellationToken cancellation) => client.SendAsync(
        HttpMethod.Post,
        path,
        new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
        cancellation,
        ("Call-Timeout", settings.Timeout is { } timeout ? DurationText.Format(timeout) : null),
        ("Idempotency-Key", settings.IdempotencyKey));

    private string Query()
    {
        var parts = settings.Arguments.Select(static a => $"arg={Uri.EscapeDataString(a)}")
            .Concat(settings.Variables.Select(static v => $"env={Uri.EscapeDataString($"{v.Key}={v.Value}")}"));
        string query = string.Join('&', parts);
        return query.Length == 0 ? "" : $"?{query}";
    }

    private void TellTiming(ApiAnswer answer)
    {
        if (settings.Timing)
        {
            string replayed = answer.Header("Idempotency-Replayed") == "true" ? ", the answer of an earlier call" : "";
            terminal.Error.WriteLine($"version {answer.Header("Wasm-Function-Version") ?? "unknown"}{replayed}; ms: {answer.Header("Server-Timing")?.Replace(";dur=", " ", StringComparison.Ordinal) ?? "unknown"}");
        }
    }

    private static string Callable(IReadOnlyList<ExportModel> exports)
    {
        if (exports.Count == 0)
        {
            return "It exports no function at all.";
        }

        var text = new StringBuilder("Exported functions:");
        foreach (var export in exports.Take(MaxListed))
        {
            text.Append("\n  ").Append(CoreValues.SignatureOf(export));
        }

        return exports.Count > MaxListed ? text.Append($"\n  … and {exports.Count - MaxListed} more").ToString() : text.ToString();
    }
}
