using WasmActors.Functions.Api;
using WasmActors.Host.Modules;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>A module's file that is to be deployed, with the settings in the file beside it: <c>fib.wat</c> and <c>fib.json</c>.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Module">The module.</param>
/// <param name="Settings">From the file beside it; none are given where there is no such file. They name no digest.</param>
/// <param name="SettingsPath">The file beside it; null where there is none.</param>
internal sealed record DeploymentFile(string Name, ModuleFile Module, DeploymentSettings Settings, string? SettingsPath)
{
    private const int MaxSettingsBytes = 64 << 10;

    /// <summary>The bytes of the file beside it; empty for none.</summary>
    public ReadOnlyMemory<byte> SettingsBytes { get; private init; }

    /// <summary>The path of the file beside a module, whether it is there or not.</summary>
    public static string SettingsOf(string module) => Path.ChangeExtension(module, ".json");

    /// <summary>Applies the settings to a specification, see <see cref="DeploymentSettings.Onto"/>.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public FunctionSpec Onto(FunctionSpec before) => Explain(SettingsPath, () => Settings.Onto(before));

    /// <summary>How the deployment is made.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public DeployOptions ToOptions() => Explain(SettingsPath, () => Settings.ToOptions());

    /// <summary>Reads a module's file and the one beside it.</summary>
    /// <param name="path">The module's file, binary or text.</param>
    /// <param name="name">The function's name; null for one that is made of the file's.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c>, <c>function.bad_name</c>, <c>function.bad_spec</c></exception>
    public static async Task<DeploymentFile> ReadAsync(string path, string? name, CancellationToken cancellation)
    {
        name ??= DeploymentName.Of(path);
        var module = await ModuleFile.ReadAsync(path, cancellation).ConfigureAwait(false);
        string beside = SettingsOf(path);
        if (beside == path || !File.Exists(beside))
        {
            return new DeploymentFile(name, module, new DeploymentSettings(), null);
        }

        byte[] json = await ReadBoundedAsync(beside, cancellation).ConfigureAwait(false);
        return new DeploymentFile(name, module, ParseSettings(beside, json), beside) { SettingsBytes = json };
    }

    private static DeploymentSettings ParseSettings(string path, byte[] json) => Explain(path, () => DeploymentSettings.Parse(json) is { ModuleDigest: null } settings
        ? settings
        : throw new WasmError(FunctionErrorCode.BadSpec, "moduleDigest has no place here: the module is the file beside it. Leave it out."));

    private static async Task<byte[]> ReadBoundedAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var file = File.OpenRead(path);
            await using (file.ConfigureAwait(false))
            {
                byte[] bytes = new byte[MaxSettingsBytes + 1];
                int length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
                return length <= MaxSettingsBytes
                    ? bytes[..length]
                    : throw new WasmError(FunctionErrorCode.BadSpec, $"{path} has more than {MaxSettingsBytes} bytes, the most that deployment settings may have.");
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The deployment settings cannot be read from {path}: {unreadable.Message}", unreadable);
        }
    }

    private static T Explain<T>(string? path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WasmError invalid) when (path is not null)
        {
            throw new WasmError(invalid.Code, $"{path}: {invalid.Message}", invalid);
        }
    }
}
