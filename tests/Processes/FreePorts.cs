using System.Net;
using System.Net.Sockets;

namespace WasmActors.Processes;

/// <summary>Ports of the loopback that nobody uses, below those that systems give to outgoing connections: a node that is restarted
/// finds its own free again.</summary>
public static class FreePorts
{
    private const int Lowest = 15_000;
    private const int Highest = 32_000;

    /// <summary>So many of them, ascending.</summary>
    public static int[] Take(int count)
    {
        var ports = new SortedSet<int>();
        while (ports.Count < count)
        {
            int port = Random.Shared.Next(Lowest, Highest);
            if (IsFree(port))
            {
                ports.Add(port);
            }
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
