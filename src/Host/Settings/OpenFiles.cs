using System.Globalization;

namespace WasmActors.Host.Settings;

/// <summary>The files, sockets and pipes that this process may have open at once. Known on Linux; elsewhere nothing is limited here.</summary>
internal static class OpenFiles
{
    /// <summary>Fewest with which a node starts: about 340 are assemblies and what the runtime needs.</summary>
    public const int Least = 512;

    // For databases, compilers, granted folders, other nodes, and assemblies that are loaded later.
    private const int KeptBack = 160;
    private const int LeastConnections = 16;

    /// <summary>The process's limit; null if it is not known or there is none.</summary>
    public static int? Limit { get; } = Read("/proc/self/limits");

    /// <summary>What is wrong with the limit, as the lines of a failure; null for nothing.</summary>
    /// <remarks>Asked before anything else is loaded: a process that cannot open a file any more fails in ways that say nothing.</remarks>
    public static string? Problem() => Limit < Least
        ? string.Create(CultureInfo.InvariantCulture, $"""
            error: node.too_few_files
              This process may have {Limit} files open, and a node needs at least {Least}, with one more for each connection.
              what to do:
                Raise the limit: ulimit -n 65536 in a shell, LimitNOFILE=65536 for a service of systemd, --ulimit nofile=65536 for a container.
            """)
        : null;

    /// <summary>The connections that there are files for, with some kept back.</summary>
    /// <param name="wanted">How many are wanted.</param>
    public static int ConnectionsOf(int wanted) => Limit is { } limit
        ? Math.Min(wanted, Math.Max(LeastConnections, limit - InUse() - KeptBack))
        : wanted;

    /// <summary>Reads the soft limit from a file as Linux has it for each process.</summary>
    internal static int? Read(string path)
    {
        const string name = "Max open files";
        if (!File.Exists(path) || File.ReadLines(path).FirstOrDefault(static l => l.StartsWith(name, StringComparison.Ordinal)) is not { } line)
        {
            return null;
        }

        string soft = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) ? limit : null;
    }

    private static int InUse() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
}
