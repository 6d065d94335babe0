using WasmActors.Host.Deployments;

namespace WasmActors.Host.Cli.Client;

/// <summary>What <c>deploy</c> did. Its JSON is part of the interface: members may be added, none changes its
/// meaning.</summary>
/// <param name="Deployed">In the order of the files; those that failed are left out.</param>
internal sealed record DeployReport(IReadOnlyList<DeployedFunction> Deployed);

/// <summary>One function.</summary>
/// <param name="File">The module's file as it was named.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Version">Number of the version that is active now.</param>
/// <param name="Revision">The catalogue's revision that has it.</param>
/// <param name="Created">Whether the function is new.</param>
/// <param name="Kind"><c>stateless</c> or <c>keyed</c>.</param>
/// <param name="Convention"><c>core</c>, <c>bytes</c> or <c>wasi-command</c>.</param>
/// <param name="ConventionDetected">Whether the convention was taken from the module's exports.</param>
/// <param name="Digest">SHA-256 of the module's binary form.</param>
/// <param name="Size">Bytes of the binary form.</param>
/// <param name="Settings">The file beside the module that was read; null for none.</param>
/// <param name="Changes">Settings in which the version differs from the one that was active before; empty for a
/// function that is new.</param>
/// <param name="DryRun">Whether nothing was changed, because it was only tried.</param>
internal sealed record DeployedFunction(
    string File,
    string Name,
    int Version,
    long Revision,
    bool Created,
    string Kind,
    string Convention,
    bool ConventionDetected,
    string Digest,
    long Size,
    string? Settings,
    IReadOnlyList<SettingChange> Changes,
    bool DryRun);
