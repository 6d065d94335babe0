using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace WasmActors.Resilience.Clustering;

/// <summary>What the scenario asks of one node beside calls: deployments, the list of functions, and who leads.</summary>
internal sealed class NodeApi(Uri node) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _client = new() { BaseAddress = node, Timeout = s_patience };

    public void Dispose() => _client.Dispose();

    /// <summary>Deploys a module in text form; where the catalogue cannot be changed at the moment, again.</summary>
    internal async Task DeployAsync(string name, string kind, string text)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            using var body = new StringContent(text, Encoding.UTF8, "text/plain");
            using var response = await _client.PutAsync(new Uri($"/v1/functions/{name}?kind={kind}&convention=core", UriKind.Relative), body, patience.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                throw new InvalidOperationException($"{name} was not deployed: {await response.Content.ReadAsStringAsync(patience.Token).ConfigureAwait(false)}");
            }

            await Task.Delay(s_pause, patience.Token).ConfigureAwait(false);
        }
    }

    /// <summary>All functions with all versions, as the node tells them.</summary>
    internal Task<string> FunctionsAsync() => _client.GetStringAsync(new Uri("/v1/functions", UriKind.Relative));

    /// <summary>Whether the node is ready.</summary>
    internal async Task<bool> IsReadyAsync()
    {
        using var response = await _client.GetAsync(new Uri("/readyz", UriKind.Relative)).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>The number of members that this node sees.</summary>
    internal async Task<int> MembersAsync()
    {
        using var nodes = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/v1/nodes", UriKind.Relative)).ConfigureAwait(false));
        return nodes.RootElement.GetProperty("nodes").GetArrayLength();
    }

    /// <summary>Stores of keys that the node has.</summary>
    internal Task<int> KeyedStoresAsync() => MetricAsync("wasmactors_function_stores_live", "\"keyed\"");

    /// <summary>Shards that the node has.</summary>
    internal Task<int> ShardsAsync() => MetricAsync("wasmactors_function_shards", "");

    private async Task<int> MetricAsync(string name, string tag)
    {
        string metrics = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative)).ConfigureAwait(false);
        return metrics.Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal) && l.Contains(tag, StringComparison.Ordinal))
            .Select(static l => (int)double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault();
    }

    /// <summary>Address of the node that leads, as this one sees it; null for none.</summary>
    internal async Task<string?> LeaderAsync()
    {
        using var nodes = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/v1/nodes", UriKind.Relative)).ConfigureAwait(false));
        return nodes.RootElement.GetProperty("nodes").EnumerateArray()
            .Where(static n => n.GetProperty("isLeader").GetBoolean())
            .Select(static n => n.GetProperty("address").GetString())
            .FirstOrDefault();
    }
}
