using System.Text.Json;
using WasmActors.Guests;

namespace WasmActors.Host.Tests.Http.Languages;

/// <summary>
/// A host with default settings that has Ruby as a stateless and as a keyed function. Only the folder of compiled modules is another one, so that
/// Ruby is compiled once on each machine, and the time on the clock, which depends on what else the machine does.
/// </summary>
public sealed class RubyHost() : ServedHost(Settings, "--open"), IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static string Settings => $$"""
        { "WasmActors": { "Modules": { "CacheFolder": {{JsonSerializer.Serialize(CompiledGuests.Folder)}}, "CompileLimits": { "WallTime": "10m" } } } }
        """;

    /// <summary>Why there is no Ruby here; null if there is.</summary>
    internal string? MissingBecause { get; private set; }

    /// <summary>Evaluates code and returns the answer.</summary>
    /// <param name="function">The function, with <c>/keys/</c> and a key if it is keyed.</param>
    internal Task<Answer> EvalAsync(string function, string code) =>
        SendAsync(HttpMethod.Post, $"/v1/functions/{function}/calls/eval", Bytes(System.Text.Encoding.UTF8.GetBytes(code)));

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        var ruby = await RubyGuest.FunctionAsync();
        MissingBecause = ruby.MissingBecause;
        if (ruby.IsMissing)
        {
            return;
        }

        using var client = new HttpClient { BaseAddress = Serve.Address, Timeout = Patience };
        byte[] module = await File.ReadAllBytesAsync(ruby.Path);
        foreach (string kind in (string[])["stateless", "keyed"])
        {
            using var body = Bytes(module, "application/wasm");
            (await SendAsync(client, HttpMethod.Put, $"/v1/functions/ruby-{kind}?kind={kind}", body)).Is(201);
        }
    }
}
