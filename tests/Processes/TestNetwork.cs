using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace WasmActors.Processes;

/// <summary>
/// Network namespaces whose nodes reach each other over a bridge, from which each can be cut off, and reach this process over a link of
/// their own, which stays. Needs root and <c>ip</c>. Removed when it is disposed.
/// </summary>
public sealed class TestNetwork : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // Of one process at a time, and of no network that is likely to be there: 198.18.0.0/15 is for tests.
    private readonly string _prefix = $"wa{Environment.ProcessId % 100_000}";
    private readonly int _subnet = Environment.ProcessId % 250;
    private readonly int _nodes;

    private TestNetwork(int nodes) => _nodes = nodes;

    /// <summary>Each node's address for other nodes, for HTTP, and its namespace.</summary>
    public IReadOnlyList<(string Bind, string Http, string Network)> Addresses =>
        [.. Enumerable.Range(0, _nodes).Select(i => (Between(i), Outside(i, 2), Namespace(i)))];

    /// <summary>Why no network can be made here; null where one can.</summary>
    public static async Task<string?> MissingBecauseAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "network namespaces need Linux and root";
        }

        string probe = $"wa{Environment.ProcessId}-probe";
        try
        {
            await IpAsync($"netns add {probe}").ConfigureAwait(false);
            await IpAsync($"link add {probe[..^1]} type bridge").ConfigureAwait(false);
            await IpAsync($"link del {probe[..^1]}").ConfigureAwait(false);
            await IpAsync($"netns del {probe}").ConfigureAwait(false);
            return null;
        }
        catch (Win32Exception)
        {
            return "iproute2 is not installed";
        }
        catch (InvalidOperationException refused)
        {
            return $"no network namespace can be made: {refused.Message}";
        }
    }

    /// <summary>Makes one.</summary>
    public static async Task<TestNetwork> MakeAsync(int nodes)
    {
        var network = new TestNetwork(nodes);
        await IpAsync($"link add {network._prefix}b type bridge").ConfigureAwait(false);
        await IpAsync($"link set {network._prefix}b up").ConfigureAwait(false);
        for (int i = 0; i < nodes; i++)
        {
            await network.AddAsync(i).ConfigureAwait(false);
        }

        return network;
    }

    /// <summary>Cuts a node off from the others, or lets it reach them again.</summary>
    public Task CutOffAsync(int node, bool off) => IpAsync($"link set {_prefix}c{node} {(off ? "down" : "up")}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < _nodes; i++)
        {
            await IpAsync($"netns del {Namespace(i)}").ConfigureAwait(false); // its links go with it
        }

        await IpAsync($"link del {_prefix}b").ConfigureAwait(false);
    }

    private async Task AddAsync(int node)
    {
        string inside = $"-n {Namespace(node)}";
        await IpAsync($"netns add {Namespace(node)}").ConfigureAwait(false);
        await IpAsync($"{inside} link set lo up").ConfigureAwait(false);

        await IpAsync($"link add {_prefix}c{node} type veth peer name nodes netns {Namespace(node)}").ConfigureAwait(false);
        await IpAsync($"link set {_prefix}c{node} master {_prefix}b").ConfigureAwait(false);
        await IpAsync($"link set {_prefix}c{node} up").ConfigureAwait(false);
        await IpAsync($"{inside} addr add {Between(node)}/24 dev nodes").ConfigureAwait(false);
        await IpAsync($"{inside} link set nodes up").ConfigureAwait(false);

        await IpAsync($"link add {_prefix}h{node} type veth peer name http netns {Namespace(node)}").ConfigureAwait(false);
        await IpAsync($"addr add {Outside(node, 1)}/30 dev {_prefix}h{node}").ConfigureAwait(false);
        await IpAsync($"link set {_prefix}h{node} up").ConfigureAwait(false);
        await IpAsync($"{inside} addr add {Outside(node, 2)}/30 dev http").ConfigureAwait(false);
        await IpAsync($"{inside} link set http up").ConfigureAwait(false);
    }

    private string Namespace(int node) => $"{_prefix}n{node}";

    private string Between(int node) => string.Create(CultureInfo.InvariantCulture, $"198.18.{_subnet}.{node + 1}");

    private string Outside(int node, int end) => string.Create(CultureInfo.InvariantCulture, $"198.19.{_subnet}.{(4 * node) + end}");

    private static async Task IpAsync(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments.Split(' ')) { RedirectStandardError = true, UseShellExecute = false })!;
        string errors = await ip.StandardError.ReadToEndAsync().WaitAsync(s_patience).ConfigureAwait(false);
        await ip.WaitForExitAsync().WaitAsync(s_patience).ConfigureAwait(false);
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {arguments}: {errors.Trim()}");
        }
    }
}
