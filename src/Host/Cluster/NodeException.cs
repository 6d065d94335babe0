namespace WasmActors.Host.Cluster;

/// <summary>A node could not become a member of its cluster.</summary>
internal sealed class NodeException(string message) : Exception(message);
