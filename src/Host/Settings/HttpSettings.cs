namespace WasmActors.Host.Settings;

/// <summary>The HTTP API.</summary>
internal sealed record HttpSettings
{
    /// <summary>Where it listens, such as http://127.0.0.1:8080. Port 0 for a free one. Default that one.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Whether no API key is asked for. Default false.</summary>
    public required bool Open { get; init; }

    /// <summary>Names that requests may give as their host; empty, the default, for any, with keys; for localhost and addresses of it, open.</summary>
    public required IReadOnlyList<string> AllowedHosts { get; init; }

    /// <summary>Whether /docs and /openapi/v1.json are served. Default true.</summary>
    public required bool Documentation { get; init; }

    /// <summary>Most bytes of a request's body; modules too. 1 KiB to 1 GiB. Default 64 MiB.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>Most bytes of the bodies of all requests under way, from <see cref="MaxBodyBytes"/> to 1 TiB. Default 256 MiB.</summary>
    public required long MaxTotalBodyBytes { get; init; }

    /// <summary>Most connections at a time, 1 to 1,000,000. Default 10,000.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>How long a client may take for its request's headers, and for its body at fewer than 240 bytes a second. Default 15 s.</summary>
    public required TimeSpan SlowClient { get; init; }

    /// <summary>How long a node that stops goes on to take requests while /readyz says no, 0 to 10 m. Default 0; a load balancer's round of checks.</summary>
    public required TimeSpan DrainFor { get; init; }

    internal static HttpSettings Read(SettingsReader reader)
    {
        var settings = new HttpSettings
        {
            Urls = reader.Texts("Http:Urls", "http://127.0.0.1:8080"),
            Open = reader.Choice("Http:Authentication", ("keys", false), ("open", true)),
            AllowedHosts = reader.Texts("Http:AllowedHosts"),
            Documentation = reader.Switch("Http:Documentation", true),
            MaxBodyBytes = reader.Size("Http:MaxBodyBytes", 64 << 20, 1 << 10, 1 << 30),
            MaxTotalBodyBytes = reader.Size("Http:MaxTotalBodyBytes", 256 << 20, 1 << 10, 1L << 40),
            MaxConnections = reader.Number("Http:MaxConnections", 10_000, 1, 1_000_000),
            SlowClient = reader.Duration("Http:SlowClient", TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            DrainFor = reader.Duration("Http:DrainFor", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        };
        if (settings.MaxTotalBodyBytes < settings.MaxBodyBytes)
        {
            reader.Problem("Http:MaxTotalBodyBytes", "is less than Http:MaxBodyBytes: a body of that size could never be taken");
        }

        foreach (string url in settings.Urls.Where(static u => !IsUrl(u)))
        {
            reader.Problem("Http:Urls", $"has '{url}'; expected are addresses like http://127.0.0.1:8080 or https://0.0.0.0:8443");
        }

        return settings;
    }

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text.Replace("*", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.AbsolutePath == "/";
}
