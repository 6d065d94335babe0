namespace WasmActors.Host.Tests.Tidy;

/// <summary>One C# file.</summary>
/// <param name="Path">Its path from the repository's folder, with slashes.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>The path of its folder.</summary>
    internal string Folder => Path[..Path.LastIndexOf('/')];

    /// <summary>Its name without the extension, up to the first dot.</summary>
    internal string Name => Path[(Path.LastIndexOf('/') + 1)..].Split('.')[0];

    /// <summary>Its namespace, or null for a file without one.</summary>
    internal string? Namespace => Lines.FirstOrDefault(static l => l.StartsWith("namespace ", StringComparison.Ordinal))?[10..].TrimEnd(';');
}
