using System.Net.Sockets;
using WasmActors.Host.Settings;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Http;

/// <summary>The HTTP API as a trigger.</summary>
internal sealed class HttpTrigger(HostSettings settings) : ITrigger
{
    private HttpServer? _server;

    public string Name => "http";

    public IReadOnlyList<string> Announcements => [.. (_server?.Addresses ?? []).Select(Announcement)];

    public void Check()
    {
        try
        {
            HttpAddresses.Check(settings.Http.Urls);
        }
        catch (IOException failure)
        {
            throw InUse(failure);
        }
    }

    public async Task StartAsync(TriggerContext context, CancellationToken cancellation)
    {
        try
        {
            _server = await HttpServer.StartAsync(settings, context, cancellation).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw InUse(failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or SocketException)
        {
            throw new TriggerException(
                "http.cannot_listen",
                failure.Message,
                "Check WasmActors:Http:Urls, and for https the section Kestrel.");
        }

        context.Logger.Information(
            "The node {Node} serves {Addresses}",
            context.Node.Members.SelfAddress,
            _server.Addresses);
        if (settings.Http.Open && _server.Addresses.Any(static a => !new Uri(a).IsLoopback))
        {
            context.Logger.Warning(
                "The HTTP API asks for no API key and listens beyond this machine: "
                + "whoever reaches it can deploy and call functions");
        }
    }

    public Task DrainAsync(TimeSpan grace) => _server?.StopAsync(settings.Http.DrainFor, grace) ?? Task.CompletedTask;

    public Task AbandonAsync() => _server?.AbandonAsync() ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private string Announcement(string address) =>
        $"Listening at {address}{(settings.Http.Open ? ", open to all who reach it" : "")}";

    private static TriggerException InUse(IOException failure) =>
        new("http.address_in_use", failure.Message, "Choose another address with --url or WasmActors:Http:Urls.");
}
