using System.Net;
using System.Net.Sockets;

namespace WasmActors.Host.Http;

/// <summary>Addresses of the HTTP API before they are listened at.</summary>
internal static class HttpAddresses
{
    /// <summary>Makes sure that they are free, so that a node does not join its cluster only to leave it again.</summary>
    /// <exception cref="IOException">One is in use, or cannot be listened at.</exception>
    public static void Check(IEnumerable<string> urls)
    {
        foreach (string url in urls)
        {
            foreach (var address in AddressesOf(url))
            {
                Check(url, address);
            }
        }
    }

    // Names are for the server to resolve. A port that the system chooses is free.
    private static IEnumerable<IPEndPoint> AddressesOf(string url)
    {
        var parsed = new Uri(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal));
        string host = parsed.Host.Trim('[', ']');
        return parsed.Port == 0 ? []
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? [new(IPAddress.Loopback, parsed.Port)]
            : IPAddress.TryParse(host, out var address) ? [new(address, parsed.Port)]
            : [];
    }

    private static void Check(string url, IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(address);
            socket.Listen();
        }
        catch (SocketException taken)
        {
            throw new IOException(taken.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"The address {url} is in use by another program."
                : $"The address {url} cannot be listened at: {taken.Message}.", taken);
        }
    }
}
