using System.Text.Json;
using System.Text.Json.Serialization;
using WasmActors.Host.Deployments;

namespace WasmActors.Host.Cli.Client;

/// <summary>What the HTTP API takes and answers, see docs/http-api.md. All text in answers is untrusted.</summary>
internal static class ApiMessages
{
    /// <summary>Functions by name.</summary>
    public sealed record FunctionList(IReadOnlyList<Function> Functions);

    /// <summary>A function with its versions.</summary>
    public sealed record Function(string Name, int Active, long Revision, IReadOnlyList<Version> Versions);

    /// <summary>Versions, the newest first.</summary>
    public sealed record VersionList(IReadOnlyList<Version> Versions);

    /// <summary>One version of a function.</summary>
    public sealed record Version(
        int Number,
        bool Active,
        DateTimeOffset DeployedAt,
        string ModuleDigest,
        string Kind,
        string Convention,
        string? Label = null,
        string? Reuse = null,
        LimitSettings? Limits = null,
        GrantSettings? Grants = null);

    /// <summary>What a change led to.</summary>
    public sealed record Deployment(string Name, int Version, long Revision);

    /// <summary>A version that is to be the active one; null for the one before.</summary>
    public sealed record Rollback(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RollOut);

    /// <summary>A stored module.</summary>
    public sealed record StoredModule(string Digest, long Bytes);

    /// <summary>The exported functions of an active version.</summary>
    public sealed record ExportList(IReadOnlyList<Export> Exports);

    /// <summary>An exported function.</summary>
    public sealed record Export(string Name, IReadOnlyList<string> Params, IReadOnlyList<string> Results);

    /// <summary>What a function of the core convention answered.</summary>
    public sealed record CallResults(IReadOnlyList<JsonElement> Results);

    /// <summary>Keys, without their secrets.</summary>
    public sealed record KeyList(IReadOnlyList<Key> Keys);

    /// <summary>An API key; the secret only where it was just made.</summary>
    public sealed record Key(
        string Id,
        string Name,
        IReadOnlyList<string> Scopes,
        DateTimeOffset CreatedAt,
        double? RequestsPerSecond = null,
        long? Burst = null,
        long? Concurrency = null,
        long? MaxBodyBytes = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret = null);

    /// <summary>A key to be made.</summary>
    public sealed record NewKey(
        string Name,
        IReadOnlyList<string> Scopes,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RequestsPerSecond,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Burst,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Concurrency,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MaxBodyBytes);

    /// <summary>Nodes of the cluster.</summary>
    public sealed record NodeList(IReadOnlyList<Node> Nodes);

    /// <summary>A node as the answering one sees it.</summary>
    public sealed record Node(string Address, string Status, IReadOnlyList<string> Roles, bool IsSelf, bool IsLeader, bool IsReachable);

    /// <summary>A failure (RFC 9457).</summary>
    public sealed record Problem(
        string? Code = null,
        string? Title = null,
        string? Detail = null,
        bool? MayHaveRun = null,
        IReadOnlyList<Frame>? Frames = null,
        int? ExitStatus = null,
        string? Stdout = null,
        string? Stderr = null);

    /// <summary>A guest's function in a backtrace.</summary>
    public sealed record Frame(string? Function = null, uint Index = 0, string? Module = null, long? Offset = null, long? ModuleOffset = null);
}
