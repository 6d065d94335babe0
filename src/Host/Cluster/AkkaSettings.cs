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
              cluster.seed-nodes = [{{string.Join(", ", node.SeedNodes.Select(Quoted))}}]
            }
            wasmactors.dispatcher.guest-executor.parallelism = {{settings.Stores.Parallelism}}
            """);
        var all = own.WithFallback(database.JournalConfig()).WithFallback(FunctionHost.DefaultConfig());
        if (settings.Tls.IsOn)
        {
            all = TlsOf(settings.Tls).WithFallback(all);
        }

        return node.AkkaFile.Length == 0 ? all : ConfigurationFactory.ParseString(File.ReadAllText(node.AkkaFile)).WithFallback(all);
    }

    private static Config TlsOf(TlsSettings tls)
    {
        string password = tls.PasswordFile.Length == 0 ? "" : File.ReadLines(tls.PasswordFile).FirstOrDefault("");
        return ConfigurationFactory.ParseString($$"""
            akka.remote.dot-netty.tcp {
              enable-ssl = true
              ssl {
                suppress-validation = false
                require-mutual-authentication = true
                certificate { path = {{Quoted(Path.GetFullPath(tls.Certificate))}}, password = {{Quoted(password)}} }
              }
            }
            """);
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
