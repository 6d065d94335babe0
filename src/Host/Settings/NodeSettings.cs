using System.Net;
using Akka.Actor;

namespace WasmActors.Host.Settings;

/// <summary>This node and how it finds the others.</summary>
internal sealed record NodeSettings
{
    /// <summary>Address that the node listens at for other nodes, an IP address or a name. Default 127.0.0.1: only this machine.</summary>
    public required string Bind { get; init; }

    /// <summary>Name or address under which other nodes reach it. Default: <see cref="Bind"/>.</summary>
    public required string Host { get; init; }

    /// <summary>Port for other nodes, 1 to 65535; 0, the default, for none.</summary>
    public required int Port { get; init; }

    /// <summary>Addresses of nodes that a cluster is joined through, the same list on every node; empty, the default, for a node without a cluster,
    /// which listens for no other nodes.</summary>
    public required IReadOnlyList<string> SeedNodes { get; init; }

    /// <summary>Whether nodes may connect without TLS. Whoever reaches the port then controls the cluster. Default false.</summary>
    public required bool AllowInsecureCluster { get; init; }

    /// <summary>File of Akka settings (HOCON) over all others; empty for none.</summary>
    public required string AkkaFile { get; init; }

    /// <summary>How long a start waits to become a member and to know the catalogue. Default 1 minute.</summary>
    public required TimeSpan StartWithin { get; init; }

    /// <summary>Whether the node has no cluster: it listens for no other nodes.</summary>
    public bool IsAlone => SeedNodes.Count == 0;

    /// <summary>Members that a new cluster needs before it serves: the majority of the seed nodes. So the first seed does not begin one beside the others'
    /// when it is started while it cannot reach them.</summary>
    public int LeastMembers => (SeedNodes.Count / 2) + 1;

    /// <summary>Name of the actor system, the same on every node.</summary>
    public const string SystemName = "wasmactors";

    internal static NodeSettings Read(SettingsReader reader, TlsSettings tls)
    {
        string bind = reader.Text("Node:Bind", "127.0.0.1");
        var settings = new NodeSettings
        {
            Bind = bind,
            Host = reader.Text("Node:Host", bind is "0.0.0.0" or "::" ? Dns.GetHostName() : bind),
            Port = reader.Number("Node:Port", 0, 0, 65535),
            SeedNodes = reader.Texts("Node:SeedNodes"),
            AllowInsecureCluster = reader.Switch("Node:AllowInsecureCluster", false),
            AkkaFile = reader.Text("Node:AkkaFile", ""),
            StartWithin = reader.Duration("Node:StartWithin", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        };
        foreach (string seed in settings.SeedNodes.Where(static s => !IsNode(s)))
        {
            reader.Problem("Node:SeedNodes", $"has '{seed}'; expected are addresses like akka.tcp://{SystemName}@10.0.0.1:4053");
        }

        if (!settings.IsAlone && settings.Port == 0)
        {
            reader.Problem("Node:Port", "is 0; a node with Node:SeedNodes needs a port that the others can know, such as 4053");
        }

        if (settings.IsAlone && settings.Port != 0)
        {
            reader.Problem("Node:Port", $"is {settings.Port}, but Node:SeedNodes is empty: a node without a cluster listens for no other nodes. Set Node:SeedNodes, for a cluster of one node to its own address, or leave Node:Port out");
        }

        if (!settings.IsAlone && !tls.IsOn && !settings.AllowInsecureCluster)
        {
            reader.Problem("Tls:Certificate", $"is not set, but Node:SeedNodes is: without TLS whoever reaches {settings.Bind}, port {settings.Port}, can join the cluster, deploy and call functions, and stop its nodes. Set Tls:Certificate and Tls:Authority (docs/cluster-guide.md). Where all users of all machines that reach the port are trusted, Node:AllowInsecureCluster = true starts the node without TLS");
        }

        if (settings.AkkaFile.Length > 0 && !File.Exists(settings.AkkaFile))
        {
            reader.Problem("Node:AkkaFile", $"is '{settings.AkkaFile}', which is no file");
        }

        return settings;
    }

    private static bool IsNode(string text) => ActorPath.TryParseAddress(text, out var address) && address.HasGlobalScope && address.System == SystemName;
}
