using System.Globalization;
using System.Net;

namespace WasmActors.Processes;

/// <summary>The addresses that a process of this machine listens at, as the kernel lists them.</summary>
public static class OpenSockets
{
    private const string Listens = "0A";
    private const int LocalAddress = 1;
    private const int State = 3;
    private const int Inode = 9;

    /// <summary>Whether the kernel has such a list.</summary>
    public static bool CanBeListed => File.Exists("/proc/net/tcp");

    /// <summary>Returns where a process listens for TCP, and every UDP socket that it has open.</summary>
    public static IReadOnlyList<IPEndPoint> Of(int process)
    {
        var own = InodesOf(process);
        return [.. Read(process, "tcp", own, listening: true), .. Read(process, "tcp6", own, listening: true), .. Read(process, "udp", own, listening: false), .. Read(process, "udp6", own, listening: false)];
    }

    private static HashSet<string> InodesOf(int process) =>
        [.. Directory.GetFiles($"/proc/{process}/fd")
            .Select(static fd => new FileInfo(fd).LinkTarget)
            .Where(static target => target?.StartsWith("socket:[", StringComparison.Ordinal) == true)
            .Select(static target => target![8..^1])];

    private static IEnumerable<IPEndPoint> Read(int process, string protocol, HashSet<string> own, bool listening) =>
        from line in File.ReadLines($"/proc/{process}/net/{protocol}").Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where own.Contains(fields[Inode]) && (!listening || fields[State] == Listens)
        select Parse(fields[LocalAddress]);

    // The address is in words of four bytes, each in the machine's order; the port is a plain number.
    private static IPEndPoint Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        byte[] address = Convert.FromHexString(text[..colon]);
        for (int word = 0; word < address.Length; word += sizeof(int))
        {
            Array.Reverse(address, word, sizeof(int));
        }

        return new IPEndPoint(new IPAddress(address), int.Parse(text[(colon + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
