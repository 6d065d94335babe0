using System.Globalization;

namespace WasmActors.Processes;

/// <summary>The places of a cluster's nodes on this machine, in a folder that is deleted at the end, and the nodes that run there.</summary>
public sealed class NodeCluster : IAsyncDisposable
{
    /// <summary>Finds deaths a little sooner than the defaults do, and not so soon that a busy machine is taken for one: a node may be silent for three seconds.</summary>
    public const string FindsDeathsSoon = """
        akka.cluster {
          seed-node-timeout = 2s
          gossip-interval = 500ms
          leader-actions-interval = 200ms
          unreachable-nodes-reaper-interval = 500ms
          failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 3s }
          split-brain-resolver.stable-after = 5s
          down-removal-margin = 1s
        }
        """;

    private readonly ServerProcess?[] _nodes;

    private NodeCluster(string folder, IReadOnlyList<NodePlace> places)
    {
        Folder = folder;
        Places = places;
        _nodes = new ServerProcess?[places.Count];
    }

    /// <summary>Where the nodes keep their files.</summary>
    public string Folder { get; }

    /// <summary>The places; the first one is the first seed.</summary>
    public IReadOnlyList<NodePlace> Places { get; }

    /// <summary>The node that was started last at each place; null where none was.</summary>
    public IReadOnlyList<ServerProcess?> Nodes => _nodes;

    /// <summary>Makes places, and starts nothing.</summary>
    /// <param name="count">How many.</param>
    /// <param name="akka">Akka settings of all nodes, over all others.</param>
    /// <param name="settings">Settings of all nodes below <c>WasmActors</c>.</param>
    /// <param name="addresses">Address for other nodes, for HTTP, and network namespace of each; null for all on the loopback.</param>
    public static NodeCluster Make(int count, string akka, IReadOnlyDictionary<string, string> settings, IReadOnlyList<(string Bind, string Http, string Network)>? addresses = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string folder = Directory.CreateTempSubdirectory("wasmactors-nodes-").FullName;
        string akkaFile = Path.Combine(folder, "nodes.conf");
        File.WriteAllText(akkaFile, akka);
        int[] ports = FreePorts.Take(2 * count);
        var places = Enumerable.Range(0, count).Select(i => new NodePlace($"node{i + 1}", folder, ports[i], new Uri($"http://{addresses?[i].Http ?? "127.0.0.1"}:{ports[count + i]}"))
        {
            Bind = addresses?[i].Bind ?? "127.0.0.1",
            Namespace = addresses?[i].Network,
        }).ToList();
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["Node:AkkaFile"] = akkaFile };
        all.TryAdd("Database:File", Path.Combine(folder, "cluster.db"));
        all.TryAdd("Node:AllowInsecureCluster", settings.ContainsKey("Tls:Certificate") ? "false" : "true");
        for (int i = 0; i < count; i++)
        {
            all[string.Create(CultureInfo.InvariantCulture, $"Node:SeedNodes:{i}")] = places[i].Address;
        }

        return new NodeCluster(folder, [.. places.Select(p => p with { Settings = all })]);
    }

    /// <summary>Starts a node at a place whose last one has ended, and waits until it listens.</summary>
    /// <param name="place">Number of the place.</param>
    /// <param name="settings">Settings of this node over those of all.</param>
    public async Task<ServerProcess> StartAsync(int place, IReadOnlyDictionary<string, string>? settings = null)
    {
        if (_nodes[place] is { } last)
        {
            await last.DisposeAsync().ConfigureAwait(false);
        }

        var at = Places[place];
        var node = (settings is null ? at : at with { Settings = new Dictionary<string, string>(at.Settings.Where(s => !settings.ContainsKey(s.Key)).Concat(settings), StringComparer.Ordinal) }).Start();
        _nodes[place] = node;
        await node.ListensAsync().ConfigureAwait(false);
        return node;
    }

    /// <summary>Starts all of them at once, and waits until they listen.</summary>
    public Task StartAllAsync() => Task.WhenAll(Enumerable.Range(0, Places.Count).Select(i => StartAsync(i)));

    /// <summary>Kills what runs and deletes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            if (node is not null)
            {
                await node.DisposeAsync().ConfigureAwait(false);
            }
        }

        Directory.Delete(Folder, recursive: true);
    }
}
