using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Cli.Client;

/// <summary>Sends modules to a server and deploys them as functions.</summary>
internal sealed class FunctionDeployer(ApiClient client, Terminal terminal)
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
        var spec = merged.ToSpec();
        merged.ToRollOut();
        string digest = Convert.ToHexStringLower(SHA256.HashData(file.Module.Binary));
        await UploadAsync(file, digest, cancellation).ConfigureAwait(false);

        string convention = SettingNames.Conventions.NameOf(spec.Convention);
        var body = JsonContent(JsonSerializer.SerializeToUtf8Bytes(merged.Settings with { ModuleDigest = digest, Convention = convention }, DeploymentJson.Default.DeploymentSettings));
        var deploying = client.SendAsync(
            HttpMethod.Put,
            function,
            body,
            cancellation,
            ("If-Match", expected is > 0 ? $"\"{expected}\"" : null),
            ("If-None-Match", expected == 0 ? "*" : null));
        var answer = await Progress.ShowAsync(terminal, $"Deploying {file.Name}", deploying).ConfigureAwait(false);
        var deployment = answer.Read(ClientJson.Default.DeploymentModel);
        return new DeployedFunction(
            file.Module.Path,
            file.Name,
            deployment.Version,
            deployment.Revision,
            answer.Status == 201,
            SettingNames.Kinds.NameOf(spec.Kind),
            convention,
            merged.Settings.Convention is null,
            digest,
            file.Module.Binary.Length,
            file.SettingsPath);
    }

    private async Task UploadAsync(DeploymentFile file, string digest, CancellationToken cancellation)
    {
        var body = new ByteArrayContent(file.Module.Binary) { Headers = { ContentType = new MediaTypeHeaderValue("application/wasm") } };
        var uploading = client.SendAsync(HttpMethod.Put, $"{ApiPath.Modules}/{digest}", body, cancellation);
        var answer = await Progress.ShowAsync(terminal, $"Uploading and compiling {Path.GetFileName(file.Module.Path)} ({SizeText.Format(file.Module.Binary.Length)})", uploading).ConfigureAwait(false);
        string stored = answer.Read(ClientJson.Default.ModuleModel).Digest;
        if (stored != digest)
        {
            throw new ServerFailure(ServerErrorCode.BadAnswer, $"The server stored {file.Module.Path} as {GuestText.Clean(stored, GuestText.NameLimit)}, but it is {digest}.");
        }
    }

    private static ByteArrayContent JsonContent(byte[] json) => new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
