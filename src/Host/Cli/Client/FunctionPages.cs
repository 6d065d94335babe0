using WasmActors.Host.Contracts;

namespace WasmActors.Host.Cli.Client;

/// <summary>Reads the list of deployed functions to its end, part by part.</summary>
internal static class FunctionPages
{
    // More than a catalogue has.
    private const int MostFunctions = 1_000_000;

    /// <summary>All functions, by name.</summary>
    /// <exception cref="ServerFailure">As <see cref="ApiClient.SendAsync"/>; <c>server.bad_answer</c>: the list does
    /// not end.</exception>
    public static async Task<FunctionList> ReadAsync(ApiClient client, CancellationToken cancellation)
    {
        var functions = new List<FunctionModel>();
        string? cursor = null;
        do
        {
            string path = cursor is null ? $"{ApiPath.Functions}?limit=1000" : $"{ApiPath.Functions}?limit=1000&cursor={Uri.EscapeDataString(cursor)}";
            var answer = await client.SendAsync(HttpMethod.Get, path, null, cancellation).ConfigureAwait(false);
            var part = answer.Read(ClientJson.Default.FunctionList);
            functions.AddRange(part.Functions);
            if (part.Next is not null && (part.Functions.Count == 0 || part.Next == cursor || functions.Count > MostFunctions))
            {
                throw new ServerFailure(ServerErrorCode.BadAnswer, "The server's list of functions does not end.");
            }

            cursor = part.Next;
        }
        while (cursor is not null);
        return new FunctionList(functions);
    }
}
