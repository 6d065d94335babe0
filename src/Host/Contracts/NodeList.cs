namespace WasmActors.Host.Contracts;

/// <summary>The nodes of the cluster, as the node that answers sees them.</summary>
internal sealed record NodeList(IReadOnlyList<NodeModel> Nodes);
