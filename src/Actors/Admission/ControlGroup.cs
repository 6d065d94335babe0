using System.Globalization;

namespace WasmActors.Actors.Admission;

/// <summary>A control group of Linux that limits this process's memory.</summary>
/// <param name="Folder">Its folder below <c>/sys/fs/cgroup</c>.</param>
/// <param name="Files">What its files are called.</param>
internal sealed record ControlGroup(string Folder, ControlGroupFiles Files)
{
    private const string Root = "/sys/fs/cgroup";
    private const string Memory = "memory";

    // Version 1 has no word for "no limit": it has the largest number of whole pages.
    private const long Unlimited = long.MaxValue - (1 << 20);

    /// <summary>Returns the groups that this process lies in, the innermost first, as far as it sees them.</summary>
    internal static IReadOnlyList<ControlGroup> OfThisProcess()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Find(Root, File.ReadAllLines("/proc/self/cgroup")) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Returns the groups with memory limits of both versions.</summary>
    /// <param name="root">Where groups are mounted.</param>
    /// <param name="lines">The lines of <c>/proc/self/cgroup</c>: hierarchy, controllers, path. In a container the path may be the one outside of it.</param>
    internal static IReadOnlyList<ControlGroup> Find(string root, IEnumerable<string> lines)
    {
        var groups = new List<ControlGroup>();
        foreach (string[] fields in lines.Select(static l => l.Split(':', 3)).Where(static f => f.Length == 3))
        {
            if (fields[0] == "0" && fields[1].Length == 0)
            {
                groups.AddRange(Above(root, fields[2], ControlGroupFiles.Version2));
            }
            else if (fields[1].Split(',').Contains(Memory, StringComparer.Ordinal))
            {
                groups.AddRange(Above(Path.Combine(root, Memory), fields[2], ControlGroupFiles.Version1));
            }
        }

        return groups;
    }

    /// <summary>Reads its memory; null if it has no limit.</summary>
    internal MemoryReading? Read() => Of(
        File.ReadAllText(Path.Combine(Folder, Files.Limit)),
        File.ReadAllText(Path.Combine(Folder, Files.Used)),
        File.ReadLines(Path.Combine(Folder, ControlGroupFiles.Statistics)),
        Files.Cached);

    /// <summary>Returns what is available out of the files of a group; null if it has no limit. Files that were read and can be read again count as available.</summary>
    internal static MemoryReading? Of(string limit, string used, IEnumerable<string> statistics, string cached)
    {
        if (!long.TryParse(limit.AsSpan().Trim(), CultureInfo.InvariantCulture, out long most) || most >= Unlimited)
        {
            return null; // the word "max"
        }

        long taken = long.Parse(used.AsSpan().Trim(), CultureInfo.InvariantCulture);
        string? files = statistics.FirstOrDefault(l => l.StartsWith(cached, StringComparison.Ordinal) && l.AsSpan(cached.Length).StartsWith(" "));
        taken -= files is null ? 0 : long.Parse(files.AsSpan(cached.Length).Trim(), CultureInfo.InvariantCulture);
        return new MemoryReading(Math.Max(0, most - taken), most);
    }

    private static IEnumerable<ControlGroup> Above(string mount, string path, ControlGroupFiles files)
    {
        for (string? folder = Path.TrimEndingDirectorySeparator(mount + path); folder is not null && folder.StartsWith(mount, StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, files.Limit)))
            {
                yield return new ControlGroup(folder, files);
            }
        }
    }
}
