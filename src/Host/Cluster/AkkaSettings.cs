using Akka.Actor;
using Akka.Configuration;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cluster;

/// <summary>The Akka settings of a node.</summary>
internal static class AkkaSettings
{
    // Of all nodes, beside the roles of their own. Only to count the nodes that a new cluster needs; nothing is placed by it.
    private const string Role = "wasmactors";
    private const string Roles = "akka.cluster.roles";
    private const string LeastMembers = "akka.cluster.min-nr-of-members";

    // As FunctionHost.SingleNodeConfig() has it.
    private const string Alone = """
        akka.remote.enabled-transports = ["wasmactors.no-transport"]
        akka.cluster.seed-nodes = []
        """;

    /// <summary>Returns the node's own settings over the library's, and over both those of <see cref="NodeSettings.AkkaFile"/>. What the node
    /// listens at, and with TLS or not, no file changes.</summary>
    public static Config Of(HostSettings settings, FunctionDatabase database)
    {
        var node = settings.Node;
        var own = ConfigurationFactory.ParseString($$"""
            akka {
              loggers = ["Akka.Logger.Serilog.SerilogLogger, Akka.Logger.Serilog"]
              logger-formatter = "Akka.Logger.Serilog.SerilogLogMessageFormatter, Akka.Logger.Serilog"
              stdout-loglevel = OFF
              loglevel = WARNING
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              remote.log-remote-lifecycle-events = off
              remote.dot-netty.tcp {
                hostname = {{Quoted(node.Bind)}}
                public-hostname = {{Quoted(node.Host)}}
                port = {{node.Port}}
              }
              cluster {
                seed-nodes = [{{string.Join(", ", node.SeedNodes.Select(s => Quoted(SeedOf(s, settings.Tls.IsOn))))}}]
                min-nr-of-members = {{node.LeastMembers}}
              }
            }
            wasmactors.dispatcher.guest-executor.parallelism = {{settings.Stores.Parallelism}}
            """);
        var all = own.WithFallback(database.JournalConfig()).WithFallback(FunctionHost.DefaultConfig());
        if (Read(node.AkkaFile) is { } file)
        {
            all = file.WithFallback(all);
        }

        return ConfigurationFactory.ParseString(node.IsAlone ? Alone : Clustered(settings.Tls.IsOn)).WithFallback(Opening(all)).WithFallback(all);
    }

    // Akka uses the number of members that open a cluster a second time: each new coordinator of shards waits for so many regions before it places
    // any, and forever where fewer nodes are left. The number of a role opens a cluster, too, and no coordinator looks at it.
    private static Config Opening(Config all) => ConfigurationFactory.ParseString($"""
        {LeastMembers} = 1
        {Roles} = [{string.Join(", ", all.GetStringList(Roles).Append(Role).Distinct(StringComparer.Ordinal).Select(Quoted))}]
        akka.cluster.role.{Role}.min-nr-of-members = {all.GetInt(LeastMembers)}
        """);

    /// <summary>Makes sure that the files that the settings name can be read.</summary>
    /// <exception cref="NodeException">One cannot.</exception>
    public static void Check(HostSettings settings)
    {
        Read(settings.Node.AkkaFile);
        if (settings.Tls.IsOn)
        {
            NodeTls.Load(settings.Tls);
        }
    }

    private static Config? Read(string file)
    {
        try
        {
            return file.Length == 0 ? null : ConfigurationFactory.ParseString(File.ReadAllText(file));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new NodeException($"WasmActors:Node:AkkaFile cannot be read ({file}): {failure.Message}");
        }
    }

    // With what certificate, NodeTls says.
    private static string Clustered(bool tls) => $"""
        akka.remote.enabled-transports = ["akka.remote.dot-netty.tcp"]
        akka.remote.dot-netty.tcp.enable-ssl = {(tls ? "on" : "off")}
        """;

    // Akka's addresses name the protocol, which TLS changes. Settings need not.
    private static string SeedOf(string seed, bool tls) => Address.Parse(seed).WithProtocol(tls ? "akka.ssl.tcp" : "akka.tcp").ToString();

    private static string Quoted(string text) =>
        $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
