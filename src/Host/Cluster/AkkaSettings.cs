using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Functions;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cluster;

/// <summary>The Akka settings of a node.</summary>
internal static class AkkaSettings
{
    /// <summary>Those that its own settings give, over the library's; over all of them those of <see cref="NodeSettings.AkkaFile"/>.</summary>
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
        if (settings.Tls.IsOn)
        {
            all = ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.enable-ssl = true").WithFallback(all); // with what certificate, NodeTls says
        }

        return node.AkkaFile.Length == 0 ? all : ConfigurationFactory.ParseString(File.ReadAllText(node.AkkaFile)).WithFallback(all);
    }

    // Akka's addresses name the protocol, which TLS changes. Settings need not.
    private static string SeedOf(string seed, bool tls) => Address.Parse(seed).WithProtocol(tls ? "akka.ssl.tcp" : "akka.tcp").ToString();

    private static string Quoted(string text) =>
        $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
