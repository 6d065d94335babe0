using System.Text.Json;

namespace WasmActors.Resilience.Http;

/// <summary>An operation of the OpenAPI document.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Method">GET and so on.</param>
/// <param name="Path">With names in braces.</param>
/// <param name="Tag">Its group.</param>
/// <param name="Queries">Names of its parameters in the query.</param>
/// <param name="Headers">Names of its headers.</param>
/// <param name="Bodies">Media types of its body, each with its schema.</param>
/// <param name="Successes">Statuses of its success.</param>
internal sealed record ApiOperation(
    string Id,
    string Method,
    string Path,
    string Tag,
    IReadOnlyList<string> Queries,
    IReadOnlyList<string> Headers,
    IReadOnlyList<(string MediaType, JsonElement Schema)> Bodies,
    IReadOnlySet<int> Successes)
{
    /// <summary>How much a key must allow: 0 nothing, 1 call, 2 deploy, 3 admin. As docs/http-api.md says it.</summary>
    internal int Scope => Tag switch
    {
        "Calls" => 1,
        "Functions" => Id == "listExports" ? 1 : 2,
        "Modules" => 2,
        "Health" => Id == "metrics" ? 3 : 0,
        _ => 3,
    };

    /// <summary>All operations of a document.</summary>
    internal static IReadOnlyList<ApiOperation> Read(JsonElement document) =>
        [.. document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(operation => Read(path.Name, operation)))];

    private static ApiOperation Read(string path, JsonProperty operation)
    {
        var value = operation.Value;
        var parameters = value.TryGetProperty("parameters", out var listed) ? listed.EnumerateArray().ToList() : [];
        return new ApiOperation(
            value.GetProperty("operationId").GetString()!,
            operation.Name.ToUpperInvariant(),
            path,
            value.GetProperty("tags")[0].GetString()!,
            In("query"),
            In("header"),
            value.TryGetProperty("requestBody", out var body) ? [.. body.GetProperty("content").EnumerateObject().Select(static c => (c.Name, c.Value.GetProperty("schema")))] : [],
            value.GetProperty("responses").EnumerateObject().Where(static r => r.Name != "default").Select(static r => int.Parse(r.Name, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet());

        List<string> In(string place) => [.. parameters.Where(p => p.GetProperty("in").GetString() == place).Select(static p => p.GetProperty("name").GetString()!)];
    }
}
