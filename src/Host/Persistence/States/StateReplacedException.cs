namespace WasmActors.Host.Persistence.States;

/// <summary>The file of states is not the one that the cluster has used.</summary>
internal sealed class StateReplacedException(string message) : Exception(message);
