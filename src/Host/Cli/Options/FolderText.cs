using System.Diagnostics.CodeAnalysis;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Cli.Options;

/// <summary>A folder for a guest: <c>HOST[::GUEST][:ro]</c>. Without <c>::GUEST</c> the guest sees the host's name; without
/// <c>:ro</c> it may write.</summary>
internal static class FolderText
{
    private const string Separator = "::";
    private const string ReadOnlyMark = ":ro";

    /// <summary>Reads a folder; whether it exists is not looked at.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PreopenedFolder? value, [NotNullWhen(false)] out string? problem)
    {
        value = null;
        problem = null;
        bool readOnly = text.EndsWith(ReadOnlyMark, StringComparison.Ordinal);
        string names = readOnly ? text[..^ReadOnlyMark.Length] : text;
        int at = names.IndexOf(Separator, StringComparison.Ordinal);
        string host = at < 0 ? names : names[..at];
        string guest = at < 0 ? names : names[(at + Separator.Length)..];
        if (host.Length == 0 || guest.Length == 0)
        {
            problem = $"'{text}' names no {(host.Length == 0 ? "folder of the host" : "folder for the guest")}: expected HOST[::GUEST][:ro], for example ./data::/data:ro";
            return false;
        }

        value = new PreopenedFolder(host, guest, readOnly);
        return true;
    }
}
