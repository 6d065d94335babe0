using System.Buffers;
using System.Globalization;

namespace WasmActors.Actors.Admission;

/// <summary>Memory mappings of this process, as the system counts them. Linux only.</summary>
internal static class SystemMappings
{
    private const string LimitFile = "/proc/sys/vm/max_map_count";
    private const string MapsFile = "/proc/self/maps";

    /// <summary>Most that the process may have; null where the system does not tell.</summary>
    internal static long? Limit { get; } = ReadLimit();

    /// <summary>How many it has; null where the system does not tell. Takes about a millisecond for each thousand.</summary>
    internal static long? Count()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            using var maps = new FileStream(MapsFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            long lines = 0;
            for (int read; (read = maps.Read(buffer)) > 0;)
            {
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
            }

            return lines;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long? ReadLimit()
    {
        try
        {
            return OperatingSystem.IsLinux() ? long.Parse(File.ReadAllText(LimitFile).AsSpan().Trim(), CultureInfo.InvariantCulture) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
