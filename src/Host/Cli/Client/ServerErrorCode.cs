namespace WasmActors.Host.Cli.Client;

/// <summary>The codes of failures between this program and a server; what the server itself refuses has the server's
/// code.</summary>
internal static class ServerErrorCode
{
    /// <summary>No connection, or it was lost before the answer.</summary>
    public const string Unreachable = "server.unreachable";

    /// <summary>The answer did not come within <c>--request-timeout</c>.</summary>
    public const string Timeout = "server.timeout";

    /// <summary>What answers is no WasmActors server, or one of a version that does not fit.</summary>
    public const string BadAnswer = "server.bad_answer";
}
