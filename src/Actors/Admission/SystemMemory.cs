using System.Globalization;

namespace WasmActors.Actors.Admission;

/// <summary>Memory that this process could still have: of the machine, and of the control groups (version 2) that it is in.</summary>
internal static class SystemMemory
{
    private const string Groups = "/sys/fs/cgroup";

    private static readonly string[] s_groups = OperatingSystem.IsLinux() ? FindGroups() : [];

    /// <summary>Reads it; null where the system does not tell. Takes less than a tenth of a millisecond.</summary>
    internal static MemoryReading? Read()
    {
        try
        {
            var narrowest = OperatingSystem.IsLinux() ? OfMachine(File.ReadLines("/proc/meminfo")) : OfRuntime();
            foreach (string group in s_groups)
            {
                var reading = OfGroup(File.ReadAllText($"{group}/memory.max"), File.ReadAllText($"{group}/memory.current"), File.ReadLines($"{group}/memory.stat"));
                narrowest = reading is { } found && (narrowest is not { } before || found.Available < before.Available) ? found : narrowest;
            }

            return narrowest is { } memory ? memory with { Resident = OwnResident() } : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Out of the lines of <c>/proc/meminfo</c>.</summary>
    internal static MemoryReading? OfMachine(IEnumerable<string> lines)
    {
        long? available = null;
        long? total = null;
        foreach (string line in lines)
        {
            total ??= Field(line, "MemTotal:") * 1024;
            available ??= Field(line, "MemAvailable:") * 1024;
            if (total is { } limit && available is { } free)
            {
                return new MemoryReading(free, limit);
            }
        }

        return null;
    }

    /// <summary>Out of the files of a control group; null for one without a limit. Files that were read and can be read again count as
    /// available.</summary>
    internal static MemoryReading? OfGroup(string max, string current, IEnumerable<string> stat)
    {
        if (!long.TryParse(max.AsSpan().Trim(), CultureInfo.InvariantCulture, out long limit))
        {
            return null; // the word "max"
        }

        long used = long.Parse(current.AsSpan().Trim(), CultureInfo.InvariantCulture);
        foreach (string line in stat)
        {
            if (Field(line, "inactive_file ") is { } cached)
            {
                used -= cached;
                break;
            }
        }

        return new MemoryReading(Math.Max(0, limit - used), limit);
    }

    /// <summary>Out of <c>/proc/self/statm</c>: pages of the process, those in memory, and those of them that belong to files.</summary>
    internal static long OfProcess(string statm)
    {
        Span<Range> fields = stackalloc Range[4];
        var text = statm.AsSpan();
        return text.Split(fields, ' ') < 4 ? 0 : (long.Parse(text[fields[1]], CultureInfo.InvariantCulture) - long.Parse(text[fields[2]], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;
    }

    private static long OwnResident() => OperatingSystem.IsLinux() ? OfProcess(File.ReadAllText("/proc/self/statm")) : 0;

    private static MemoryReading OfRuntime()
    {
        var memory = GC.GetGCMemoryInfo();
        return new MemoryReading(Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes), memory.TotalAvailableMemoryBytes);
    }

    private static long? Field(string line, string name) => line.StartsWith(name, StringComparison.Ordinal)
        ? long.Parse(line.AsSpan(name.Length).Trim(" kB"), CultureInfo.InvariantCulture)
        : null;

    // The process's own group and those that it lies in, as far as they are to be seen.
    private static string[] FindGroups()
    {
        try
        {
            string? own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(static l => l.StartsWith("0::/", StringComparison.Ordinal));
            var groups = new List<string>();
            for (string? path = own is null ? Groups : Path.TrimEndingDirectorySeparator(Groups + own[3..]);
                path is not null && path.StartsWith(Groups, StringComparison.Ordinal);
                path = Path.GetDirectoryName(path))
            {
                if (File.Exists($"{path}/memory.max"))
                {
                    groups.Add(path);
                }
            }

            return [.. groups];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
