using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using WasmActors.Functions.Api;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>Deploys modules as functions of a server: module and settings in one request, so that a module that is
/// rejected is not stored.</summary>
/// <param name="client">The server.</param>
/// <param name="terminal">Where the progress is shown.</param>
/// <param name="dryRun">Whether the server only checks.</param>
internal sealed class FunctionDeployer(ApiClient client, Terminal terminal, bool dryRun)
{
    /// <summary>Deploys one module.</summary>
    /// <param name="file">The module and the settings beside it.</param>
    /// <param name="over">Settings that count before those.</param>
    /// <param name="expected">Number that the active version must have, 0 for no such function; null for any.</param>
    /// <param name="cancellation">Ends the wait; it may be deployed all the same.</param>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    /// <exception cref="ServerFailure">The server refused or could not be asked.</exception>
    public async Task<DeployedFunction> DeployAsync(DeploymentFile file, DeploymentSettings over, int? expected, CancellationToken cancellation)
    {
        string function = ApiPath.Function(file.Name);
        var merged = file with { Settings = over.Over(file.Settings) };
        merged.Onto(new FunctionSpec(file.Name)); // what can be found wrong here is not sent
        merged.ToOptions();
        using var body = new MultipartFormDataContent
        {
            { Part(JsonSerializer.SerializeToUtf8Bytes(merged.Settings, DeploymentJson.Default.DeploymentSettings), "application/json"), "settings" },
            { Part(file.Module.Binary, "application/wasm"), "module", "module.wasm" },
        };
        var deploying = client.SendAsync(
            HttpMethod.Put,
            dryRun ? $"{function}?dryRun=true" : function,
            body,
            cancellation,
            ("If-Match", expected is > 0 ? $"\"{expected}\"" : null),
            ("If-None-Match", expected == 0 ? "*" : null));
        string what = $"{(dryRun ? "Checking" : "Deploying")} {file.Name} ({SizeText.Format(file.Module.Binary.Length)})";
        var answer = await Progress.ShowAsync(terminal, what, deploying).ConfigureAwait(false);
        var deployment = answer.Read(ClientJson.Default.DeploymentModel);
        bool created = answer.Status == 201;
        return new DeployedFunction(
            file.Module.Path,
            file.Name,
            deployment.Version,
            deployment.Revision,
            created,
            deployment.Kind ?? merged.Settings.Kind ?? "-",
            deployment.Convention ?? merged.Settings.Convention ?? "-",
            created && merged.Settings.Convention is null,
            Convert.ToHexStringLower(SHA256.HashData(file.Module.Binary)),
            file.Module.Binary.Length,
            file.SettingsPath,
            deployment.Changes ?? [],
            deployment.DryRun ?? false);
    }

    private static ByteArrayContent Part(byte[] bytes, string mediaType) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
}
