namespace WasmActors.Host.Contracts;

/// <summary>A node.</summary>
/// <param name="Address">For other nodes.</param>
/// <param name="Status">joining, weaklyUp, up, leaving, exiting, down or removed.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="IsSelf">Whether it is the one that answers.</param>
/// <param name="IsLeader">Whether it decides on joining and leaving.</param>
/// <param name="IsReachable">Whether its heartbeats arrive.</param>
internal sealed record NodeModel(string Address, string Status, IReadOnlyList<string> Roles, bool IsSelf, bool IsLeader, bool IsReachable);
