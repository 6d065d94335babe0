namespace WasmActors.Host.Cli.Output;

/// <summary>Long values as tables show them. JSON has them whole.</summary>
internal static class ShortText
{
    private const int DigestLength = 7; // as git shows commits

    /// <summary>The beginning of a digest.</summary>
    public static string Digest(string digest) => digest.Length > DigestLength ? digest[..DigestLength] : digest;

    /// <summary>How long ago something was, in its largest unit: 12s, 5m, 3h, 40d.</summary>
    public static string Age(DateTimeOffset since, DateTimeOffset now)
    {
        var age = now - since;
        return age < TimeSpan.FromMinutes(1) ? $"{Math.Max(0, (int)age.TotalSeconds)}s"
            : age < TimeSpan.FromHours(1) ? $"{(int)age.TotalMinutes}m"
            : age < TimeSpan.FromDays(1) ? $"{(int)age.TotalHours}h"
            : $"{(int)age.TotalDays}d";
    }

    /// <summary>How long ago something was.</summary>
    public static string Age(DateTimeOffset since) => Age(since, TimeProvider.System.GetUtcNow());

    /// <summary>Host and port of a node's address, which all nodes have in common the rest of.</summary>
    public static string Node(string address) => address.LastIndexOf('@') is >= 0 and var at ? address[(at + 1)..] : address;
}
