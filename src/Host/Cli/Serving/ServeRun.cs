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
/// <param name="source">Where its settings come from.</param>
internal sealed class ServeRun(Terminal terminal, ServeSettings source)
{
    /// <summary>Runs until somebody asks it to stop, or the node is cut off from its cluster.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var settings = source.Load(out var configuration);
        Check(settings);
        using var data = DataFolder.Open(settings.DataFolder);
        using var signals = new StopSignals(cancellation);
        using var deadline = new StopDeadline(settings.StopsWithin);
        var logger = Logger(configuration, settings);
        await using (logger.ConfigureAwait(false))
        {
            Log.Logger = logger; // Akka's own log lines go there
            if (data.Warning is { } warning)
            {
                logger.Warning("{Problem}", warning);
            }

            using var stops = signals.Token.Register(() => deadline.Begin(logger));
            try
            {
                return await RunAsync(configuration, settings, logger, signals, deadline, signals.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                logger.Information("The start was given up, as asked");
                return ExitCodes.Ok;
            }
        }
    }

    private async Task<int> RunAsync(IConfiguration configuration, HostSettings settings, ILogger logger, StopSignals signals, StopDeadline deadline, CancellationToken cancellation)
    {
        var database = await NodeDatabase.OpenAsync(settings, source.AcceptsNewDatabase, cancellation).ConfigureAwait(false);
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
                    deadline.Begin(logger);
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

    // All that can be found wrong before something is opened, made or printed.
    private void Check(HostSettings settings)
    {
        if (source.Watched is { } watched)
        {
            FolderWatch.Require(watched);
        }

        try
        {
            AkkaSettings.Check(settings);
            HttpAddresses.Check(settings.Http.Urls);
        }
        catch (NodeException failure)
        {
            throw NotStarted(failure);
        }
        catch (IOException failure)
        {
            throw InUse(failure);
        }
    }

    private async Task WaitAsync(StopSignals signals, Node node, ILogger logger)
    {
        var watcher = source.Watched is not { } watched ? null : FolderWatch.Start(watched, node.Functions, logger);
        await Task.WhenAny(signals.Asked, node.Leaves).ConfigureAwait(false);
        if (watcher is not null)
        {
            await watcher.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> StopAsync(HttpServer server, Node node, HostSettings settings, ILogger logger)
    {
        if (node.Leaves.IsCompleted)
        {
            logger.Fatal("The node was removed from its cluster, which it had lost, and ends. Start it again to have it join anew");
            await server.AbandonAsync().ConfigureAwait(false);
            return ExitCodes.Node;
        }

        logger.Information("The node stops");
        await server.StopAsync(settings.Http.DrainFor).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private static Serilog.Core.Logger Logger(IConfiguration configuration, HostSettings settings)
    {
        try
        {
            HostLog.CloseFolder(settings.DataFolder);
            return HostLog.Create(configuration, settings.DataFolder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandLineException("data.unusable", $"The log files cannot be used: {failure.Message}", "Correct it, or choose another folder with --data.", ExitCodes.Node);
        }
        catch (SettingsException wrong)
        {
            throw new CommandLineException("settings.invalid", wrong.Message, "The section Serilog is as Serilog.Settings.Configuration documents it, with the sinks Console and File.", ExitCodes.Usage);
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
            throw NotStarted(failure);
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
            throw InUse(failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or SocketException)
        {
            throw new CommandLineException("http.cannot_listen", failure.Message, "Check WasmActors:Http:Urls, and for https the section Kestrel.", ExitCodes.Node);
        }
    }

    private static CommandLineException NotStarted(NodeException failure) =>
        new("node.not_started", failure.Message, "Check the settings below WasmActors:Node, WasmActors:Tls and WasmActors:Database; the log says more.", ExitCodes.Node);

    private static CommandLineException InUse(IOException failure) =>
        new("http.address_in_use", failure.Message, "Choose another address with --url or WasmActors:Http:Urls.", ExitCodes.Node);

    private async Task AnnounceAsync(HttpServer server, Node node, ApiKeys? keys, HostSettings settings, FunctionDatabase database, ILogger logger, CancellationToken cancellation)
    {
        if (keys is not null && await FirstKey.CreateAsync(database.Keys, cancellation).ConfigureAwait(false) is { } token)
        {
            await terminal.Output.WriteLineAsync($"The first API key, with the scope admin. It is shown this once: {token}").ConfigureAwait(false);
        }

        else if (keys is { HasAdmin: false })
        {
            logger.Warning("No API key has the scope admin, so nobody can make keys: 'wasmactors keys recover' makes one");
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
