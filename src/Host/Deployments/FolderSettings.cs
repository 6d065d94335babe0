namespace WasmActors.Host.Deployments;

/// <summary>A folder that a function may open.</summary>
/// <param name="Host">Absolute path on every node.</param>
/// <param name="Guest">Its name for the guest; null for the same.</param>
/// <param name="ReadOnly">Whether it may only read. Default true.</param>
internal sealed record FolderSettings(string Host, string? Guest = null, bool ReadOnly = true);
