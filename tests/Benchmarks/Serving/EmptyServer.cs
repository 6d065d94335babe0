using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace WasmActors.Benchmarks.Serving;

/// <summary>What an HTTP request costs at least: Kestrel with one endpoint that answers nothing. Runs until its standard input ends.</summary>
internal static class EmptyServer
{
    internal const string Verb = "empty-server";

    internal static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        await using (app.ConfigureAwait(false))
        {
            app.MapPost("/empty", static (HttpContext _) => Task.CompletedTask);
            await app.StartAsync().ConfigureAwait(false);
            Console.WriteLine($"Listening at {app.Urls.First()}");
            await Console.In.ReadToEndAsync().ConfigureAwait(false);
            await app.StopAsync().ConfigureAwait(false);
        }

        return 0;
    }
}
