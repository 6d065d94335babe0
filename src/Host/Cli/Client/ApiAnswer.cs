using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>A successful answer, read to its end.</summary>
/// <param name="Request">Method and address of the request, for messages.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Its headers. Untrusted.</param>
/// <param name="Body">Its body. Untrusted.</param>
internal sealed record ApiAnswer(string Request, int Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body as a message.</summary>
    /// <exception cref="ServerFailure"><c>server.bad_answer</c></exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return UntrustedJson.Read(Body.Span, type);
        }
        catch (JsonException invalid)
        {
            string where = invalid.Path is { } path ? $" at {GuestText.Clean(path, GuestText.NameLimit)}" : "";
            throw new ServerFailure(ServerErrorCode.BadAnswer, $"{Request} was answered with something unexpected{where}.", invalid) { Status = Status };
        }
    }

    /// <summary>A header's value made safe to show; null where it is not there.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) ? GuestText.Clean(string.Join(", ", values), GuestText.NameLimit) : null;
}
