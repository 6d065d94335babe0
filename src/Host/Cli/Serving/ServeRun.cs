using Microsoft.Extensions.Configuration;
using Serilog;
using WasmActors.Host.Access;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cluster;
using WasmActors.Host.Persistence;
using WasmActors.Host.Persistence.States;
using WasmActors.Host.Settings;
using WasmActors.Host.Telemetry;
using WasmActors.Host.Triggers;

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
        var states = await NodeDatabase.OpenStatesAsync(settings, database, source.AcceptsNewDatabase, cancellation).ConfigureAwait(false);
        await using (states.ConfigureAwait(false))
        {
            return await RunAsync(configuration, settings, database, states, logger, signals, deadline, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<int> RunAsync(IConfiguration configuration, HostSettings settings, FunctionDatabase database, SqlStateStore states, ILogger logger, StopSignals signals, StopDeadline deadline, CancellationToken cancellation)
    {
        var keys = settings.Http.Open ? null : await ApiKeys.OpenAsync(database.Keys, TimeProvider.System, logger, cancellation).ConfigureAwait(false);
        try
        {
            var node = await StartNodeAsync(settings, database, states, logger, cancellation).ConfigureAwait(false);
            await using (node.ConfigureAwait(false))
            {
                var triggers = new TriggerSet(TriggerTable.All, settings, logger, TimeProvider.System);
                await using (triggers.ConfigureAwait(false))
                {
                    await StartAsync(triggers, new TriggerContext(node, keys, configuration, logger), cancellation).ConfigureAwait(false);
                    await AnnounceAsync(triggers, keys, settings, database, logger, cancellation).ConfigureAwait(false);
                    await Task.WhenAny(signals.Asked, node.Leaves).ConfigureAwait(false);
                    deadline.Begin(logger);
                    return await StopAsync(triggers, node, logger).ConfigureAwait(false);
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
    private static void Check(HostSettings settings)
    {
        try
        {
            TriggerSet.Check(TriggerTable.All, settings);
            AkkaSettings.Check(settings);
        }
        catch (NodeException failure)
        {
            throw NotStarted(failure);
        }
        catch (TriggerException failure)
        {
            throw NotStarted(failure);
        }
    }

    private static async Task<int> StopAsync(TriggerSet triggers, Node node, ILogger logger)
    {
        if (node.Leaves.IsCompleted)
        {
            logger.Fatal("The node was removed from its cluster, which it had lost, and ends. Start it again to have it join anew");
            await triggers.AbandonAsync().ConfigureAwait(false);
            return ExitCodes.Node;
        }

        logger.Information("The node stops");
        await triggers.DrainAsync().ConfigureAwait(false);
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

    private static async Task<Node> StartNodeAsync(HostSettings settings, FunctionDatabase database, SqlStateStore states, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await Node.StartAsync(settings, database, states, logger, cancellation).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            throw NotStarted(failure);
        }
    }

    private static async Task StartAsync(TriggerSet triggers, TriggerContext context, CancellationToken cancellation)
    {
        try
        {
            await triggers.StartAsync(context, cancellation).ConfigureAwait(false);
        }
        catch (TriggerException failure)
        {
            throw NotStarted(failure);
        }
    }

    private static CommandLineException NotStarted(NodeException failure) =>
        new("node.not_started", failure.Message, "Check the settings below WasmActors:Node, WasmActors:Tls and WasmActors:Database; the log says more.", ExitCodes.Node);

    private static CommandLineException NotStarted(TriggerException failure) => new(failure.Code, failure.Message, failure.Help, ExitCodes.Node);

    private async Task AnnounceAsync(TriggerSet triggers, ApiKeys? keys, HostSettings settings, FunctionDatabase database, ILogger logger, CancellationToken cancellation)
    {
        if (keys is not null && await FirstKey.CreateAsync(database.Keys, cancellation).ConfigureAwait(false) is { } token)
        {
            await terminal.Output.WriteLineAsync($"The first API key, with the scope admin. It is shown this once: {token}").ConfigureAwait(false);
        }

        else if (keys is { HasAdmin: false })
        {
            logger.Warning("No API key has the scope admin, so nobody can make keys: 'wasmactors keys recover' makes one");
        }

        foreach (string line in triggers.Announcements)
        {
            await terminal.Output.WriteLineAsync(line).ConfigureAwait(false);
        }

        await terminal.Output.FlushAsync(cancellation).ConfigureAwait(false);
        if (!settings.Node.IsAlone && !settings.Tls.IsOn)
        {
            logger.Warning("Nodes connect without TLS (Node:AllowInsecureCluster): whoever reaches {Bind}, port {Port}, controls the cluster", settings.Node.Bind, settings.Node.Port);
        }
    }
}
