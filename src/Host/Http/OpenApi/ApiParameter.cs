using Microsoft.OpenApi;

namespace WasmActors.Host.Http.OpenApi;

/// <summary>A parameter of an operation, for the OpenAPI document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In">Where it is.</param>
/// <param name="Description">What it means.</param>
/// <param name="Pattern">Regular expression that its text matches, or null.</param>
internal sealed record ApiParameter(string Name, ParameterLocation In, string Description, string? Pattern = null)
{
    /// <summary>In the path.</summary>
    public static ApiParameter Path(string name, string description, string? pattern = null) => new(name, ParameterLocation.Path, description, pattern);

    /// <summary>In the query.</summary>
    public static ApiParameter Query(string name, string description, string? pattern = null) => new(name, ParameterLocation.Query, description, pattern);

    /// <summary>In a header.</summary>
    public static ApiParameter Header(string name, string description, string? pattern = null) => new(name, ParameterLocation.Header, description, pattern);

    /// <summary>As the document has it.</summary>
    public OpenApiParameter ToOpenApi() => new()
    {
        Name = Name,
        In = In,
        Description = Description,
        Required = In == ParameterLocation.Path,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = Pattern },
    };
}
