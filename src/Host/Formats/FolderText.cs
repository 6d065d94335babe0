using System.Diagnostics.CodeAnalysis;
using System.Text;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Formats;

/// <summary>A folder for a guest: <c>HOST[::GUEST][:ro|:rw]</c>. Without <c>::GUEST</c> the guest sees the host's name; without <c>:ro</c> it may
/// write. A backslash before a colon makes it part of a name: <c>a\::b</c> is the folder <c>a::b</c>, and <c>a\:ro</c> the folder <c>a:ro</c>.</summary>
internal static class FolderText
{
    private const string Separator = "::";
    private const string ReadOnlyMark = ":ro";
    private const string WritableMark = ":rw";

    // Stands for a colon of a name; no path holds it.
    private const char Colon = '\0';

    /// <summary>Reads a folder; whether it exists is not looked at.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PreopenedFolder? value, [NotNullWhen(false)] out string? problem)
    {
        value = null;
        problem = null;
        string names = Unescape(text);
        bool readOnly = names.EndsWith(ReadOnlyMark, StringComparison.Ordinal);
        names = readOnly || names.EndsWith(WritableMark, StringComparison.Ordinal) ? names[..^ReadOnlyMark.Length] : names;
        int at = names.IndexOf(Separator, StringComparison.Ordinal);
        string host = at < 0 ? names : names[..at];
        string guest = at < 0 ? names : names[(at + Separator.Length)..];
        if (host.Length == 0 || guest.Length == 0)
        {
            problem = $"'{text}' names no {(host.Length == 0 ? "folder of the host" : "folder for the guest")}: expected HOST[::GUEST][:ro], for example ./data::/data:ro";
            return false;
        }

        value = new PreopenedFolder(host.Replace(Colon, ':'), guest.Replace(Colon, ':'), readOnly);
        return true;
    }

    // Of backslashes before a colon each two are one, as before a quote on Windows; everywhere else they are part of a path.
    private static string Unescape(string text)
    {
        var all = new StringBuilder(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            int end = at;
            while (end < text.Length && text[end] == '\\')
            {
                end++;
            }

            if (end == at || end == text.Length || text[end] != ':')
            {
                all.Append(text, at, Math.Max(1, end - at));
                at = Math.Max(at, end - 1);
                continue;
            }

            all.Append('\\', (end - at) / 2).Append((end - at) % 2 == 1 ? Colon : ':');
            at = end;
        }

        return all.ToString();
    }
}
