using Microsoft.Extensions.Configuration;
using Serilog;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Access;
using WasmActors.Host.Cluster;

namespace WasmActors.Host.Triggers;

/// <summary>The running node, as its triggers see it.</summary>
/// <param name="Node">The node. A trigger does not stop it.</param>
/// <param name="Keys">The API keys of callers; null if the host is open.</param>
/// <param name="Configuration">All configuration, for libraries that read sections of their own. Settings are in
/// <see cref="Settings.HostSettings"/>.</param>
/// <param name="Logger">The node's log.</param>
internal sealed record TriggerContext(Node Node, ApiKeys? Keys, IConfiguration Configuration, ILogger Logger)
{
    /// <summary>The deployed functions.</summary>
    internal FunctionHost Functions => Node.Functions;
}
