using System.Diagnostics;
using System.Globalization;

namespace WasmActors.Processes;

/// <summary>Where a node runs, and with what settings: what stays the same when it is started again.</summary>
/// <param name="Name">Names it in messages; its data folder is called so.</param>
/// <param name="Folder">The cluster's folder, in which it is started.</param>
/// <param name="Port">Its port for other nodes.</param>
/// <param name="Url">Where it answers HTTP.</param>
public sealed record NodePlace(string Name, string Folder, int Port, Uri Url)
{
    /// <summary>Address for other nodes and for this one.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>Network namespace that it runs in; null for that of this process.</summary>
    public string? Namespace { get; init; }

    /// <summary>Settings below <c>WasmActors</c>, by their names with colons.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its address in the cluster.</summary>
    public string Address => $"akka.tcp://wasmactors@{Bind}:{Port}";

    /// <summary>Starts <c>wasmactors serve</c> there, for whoever reaches its address, and does not wait.</summary>
    public ServerProcess Start()
    {
        var start = ServerProcess.StartOf(Folder, "wasmactors.dll", "serve", "--open", "--data", Name, "--url", Url.GetLeftPart(UriPartial.Authority));
        if (Namespace is { } network)
        {
            start = new ProcessStartInfo("ip", ["netns", "exec", network, start.FileName, .. start.ArgumentList]) { WorkingDirectory = Folder };
        }

        start.Environment["WasmActors__Node__Bind"] = Bind;
        start.Environment["WasmActors__Node__Port"] = Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in Settings)
        {
            start.Environment[$"WasmActors__{name.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        }

        return ServerProcess.Start(start);
    }
}
