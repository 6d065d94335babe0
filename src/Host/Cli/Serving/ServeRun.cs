using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Serilog;
using WasmActors.Host.Access;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cluster;
using WasmActors.Host.Deployments.Watching;
using WasmActors.Host.Http;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;
using WasmActors.Host.Telemetry;

namespace WasmActors.Host.Cli.Serving;

/// <summary>One run of <c>serve</c>: starts what makes a node, floor by floor, waits, and stops it in the other direction.</summary>
/// <param name="terminal">Where it is told where the node listens, and the first key.</param>
/// <param name="configFile">The file of <c>--config</c>, or null.</param>
/// <param name="overrides">Settings of the command line.</param>
/// <param name="watched">The folder of <c>--watch</c>, or null.</param>
internal sealed class ServeRun(Terminal terminal, string? configFile, IReadOnlyList<KeyValuePair<string, string?>> overrides, string? watched)
{
    /// <summary>Runs until somebody asks it to stop, or the node is cut off from its cluster.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var configuration = Load(out var settings);
        using var data = DataFolder.Open(settings.DataFolder);
        using var signals = new StopSignals(cancellation);
        var logger = Logger(configuration, settings);
        await using (logger.ConfigureAwait(false))
        {
            Log.Logger = logger; // Akka's own log lines go there
            try
            {
                return await RunAsync(configuration, settings, logger, signals, signals.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                logger.Information("The start was given up, as asked");
                return ExitCodes.Ok;
            }
        }
    }

    private async Task<int> RunAsync(IConfiguration configuration, HostSettings settings, ILogger logger, StopSignals signals, CancellationToken cancellation)
    {
        var database = await OpenAsync(settings.Database, cancellation).ConfigureAwait(false);
        var keys = settings.Http.Open ? null : await ApiKeys.OpenAsync(database.Keys, TimeProvider.System, logger, cancellation).ConfigureAwait(false);
        try
        {
            var node = await StartNodeAsync(settings, database, logger, cancellation).ConfigureAwait(false);
            await using (node.ConfigureAwait(false))
            {
                var server = await ListenAsync(settings, configuration, node, keys, logger, cancellation).ConfigureAwait(false);
                await using (server.ConfigureAwait(false))
                {
                    await AnnounceAsync(server, node, keys, settings, database, logger, cancellation).ConfigureAwait(false);
                    await WaitAsync(signals, node, logger).ConfigureAwait(false);
                    return await StopAsync(server, node, settings, logger).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (keys is not null)
            {
                await keys.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task WaitAsync(StopSignals signals, Node node, ILogger logger)
    {
        var watcher = watched is null ? null : FolderWatch.Start(watched, node.Functions, logger);
        await Task.WhenAny(signals.Asked, node.Leaves).ConfigureAwait(false);
        if (watcher is not null)
        {
            await watcher.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> StopAsync(HttpServer server, Node node, HostSettings settings, ILogger logger)
    {
        bool lost = node.Leaves.IsCompleted;
        if (lost)
        {
            logger.Fatal("The node was removed from its cluster, which it had lost, and ends. Start it again to have it join anew");
        }
        else
        {
            logger.Information("The node stops");
        }

        await server.StopAsync(lost ? TimeSpan.Zero : settings.Http.DrainFor).ConfigureAwait(false);
        return lost ? ExitCodes.Node : ExitCodes.Ok;
    }

    private IConfigurationRoot Load(out HostSettings settings)
    {
        try
        {
            var configuration = SettingsFiles.Load(configFile, overrides);
            settings = HostSettings.Read(configuration);
            return configuration;
        }
        catch (SettingsException wrong)
        {
            throw new CommandLineException("settings.invalid", wrong.Message, "docs/settings.md lists all settings with what is allowed. Nothing was started.", ExitCodes.Usage);
        }
    }

    private static Serilog.Core.Logger Logger(IConfiguration configuration, HostSettings settings)
    {
        try
        {
            return HostLog.Create(configuration, settings.DataFolder);
        }
        catch (SettingsException wrong)
        {
            throw new CommandLineException("settings.invalid", wrong.Message, "The section Serilog is as Serilog.Settings.Configuration documents it, with the sinks Console and File.", ExitCodes.Usage);
        }
    }

    private static async Task<FunctionDatabase> OpenAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        try
        {
            return await settings.OpenAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            string what = settings.Kind == DatabaseKind.Sqlite ? $"the file {settings.File}" : "PostgreSQL";
            throw new CommandLineException("database.unavailable", $"The database cannot be opened ({what}): {failure.Message}", "Check the settings below WasmActors:Database, and that the database runs and lets this program in.", ExitCodes.Node);
        }
    }

    private static async Task<Node> StartNodeAsync(HostSettings settings, FunctionDatabase database, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await Node.StartAsync(settings, database, logger, cancellation).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            throw new CommandLineException("node.not_started", failure.Message, "Check the settings below WasmActors:Node and WasmActors:Database; the log says more.", ExitCodes.Node);
        }
    }

    private static async Task<HttpServer> ListenAsync(HostSettings settings, IConfiguration configuration, Node node, ApiKeys? keys, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await HttpServer.StartAsync(settings, configuration, node, keys, logger, cancellation).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new CommandLineException("http.address_in_use", failure.Message, "Choose another address with --url or WasmActors:Http:Urls.", ExitCodes.Node);
        }
        catch (Exception failure) when (failure is InvalidOperationException or SocketException)
        {
            throw new CommandLineException("http.cannot_listen", failure.Message, "Check WasmActors:Http:Urls, and for https the section Kestrel.", ExitCodes.Node);
        }
    }

    private async Task AnnounceAsync(HttpServer server, Node node, ApiKeys? keys, HostSettings settings, FunctionDatabase database, ILogger logger, CancellationToken cancellation)
    {
        if (keys is not null && await FirstKey.CreateAsync(database.Keys, cancellation).ConfigureAwait(false) is { } token)
        {
            await terminal.Output.WriteLineAsync($"The first API key, with the scope admin. It is shown this once: {token}").ConfigureAwait(false);
        }

        foreach (string address in server.Addresses)
        {
            await terminal.Output.WriteLineAsync($"Listening at {address}{(settings.Http.Open ? ", open to all who reach it" : "")}").ConfigureAwait(false);
        }

        await terminal.Output.FlushAsync(cancellation).ConfigureAwait(false);
        logger.Information("The node {Node} serves {Addresses}", node.Members.SelfAddress, server.Addresses);
        if (settings.Http.Open && server.Addresses.Any(static a => !new Uri(a).IsLoopback))
        {
            logger.Warning("The HTTP API asks for no API key and listens beyond this machine: whoever reaches it can deploy and call functions");
        }

        if (!settings.Node.IsAlone && !settings.Tls.IsOn)
        {
            logger.Warning("Nodes connect without TLS (Node:AllowInsecureCluster): whoever reaches {Bind}, port {Port}, controls the cluster", settings.Node.Bind, settings.Node.Port);
        }
    }
}
