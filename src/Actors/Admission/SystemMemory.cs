using System.Globalization;

namespace WasmActors.Actors.Admission;

/// <summary>Memory that this process could still have: of the machine, and of the control groups (versions 1 and 2) that it is in.</summary>
internal static class SystemMemory
{
    private static readonly IReadOnlyList<ControlGroup> s_groups = ControlGroup.OfThisProcess();

    /// <summary>Reads it; null where the system does not tell. Takes less than a tenth of a millisecond.</summary>
    internal static MemoryReading? Read()
    {
        try
        {
            var narrowest = OperatingSystem.IsLinux() ? OfMachine(File.ReadLines("/proc/meminfo")) : OfRuntime();
            foreach (var group in s_groups)
            {
                narrowest = group.Read() is { } found && (narrowest is not { } before || found.Available < before.Available) ? found : narrowest;
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
}
