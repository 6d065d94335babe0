using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http.OpenApi;

/// <summary>What the OpenAPI document says of an endpoint.</summary>
internal static class ApiDescriptions
{
    private static readonly MethodInfo s_handler = ((Func<HttpContext, Task>)Handler).Method;

    /// <summary>Describes an endpoint: only what is described is in the document.</summary>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder endpoint, string id, string tag, string summary, params ApiParameter[] parameters)
    {
        endpoint.WithMetadata(s_handler);
        endpoint.WithName(id).WithTags(tag).WithSummary(summary);
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(Problem), [Problems.MediaType]));
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters = [.. parameters.Select(static p => p.ToOpenApi())];
            if (operation.Responses?.Remove("400", out var problem) == true)
            {
                // One answer for whatever goes wrong: the code tells what.
                operation.Responses["default"] = new OpenApiResponse { Description = "A failure, with its code.", Content = problem.Content };
            }

            return Task.CompletedTask;
        });
        return endpoint;
    }

    /// <summary>The answer of success: JSON of a model, or where that is null no body.</summary>
    public static IEndpointConventionBuilder Answers(this IEndpointConventionBuilder endpoint, Type? model, int status = StatusCodes.Status200OK) =>
        endpoint.WithMetadata(model is null ? new ProducesResponseTypeMetadata(status, typeof(void)) : new ProducesResponseTypeMetadata(status, model, ["application/json"]));

    /// <summary>An answer of bytes.</summary>
    public static IEndpointConventionBuilder AnswersBytes(this IEndpointConventionBuilder endpoint, string mediaType) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Responses ??= [];
            if (!operation.Responses.TryGetValue("200", out var ok))
            {
                operation.Responses["200"] = ok = new OpenApiResponse { Description = "OK" };
            }

            if (ok is OpenApiResponse { } response)
            {
                response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
                response.Content[mediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
            }

            return Task.CompletedTask;
        });

    /// <summary>A body of JSON.</summary>
    // Not as metadata that routing knows: it would answer other media types itself.
    public static IEndpointConventionBuilder Takes(this IEndpointConventionBuilder endpoint, Type model, bool optional = false) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            var schema = await context.GetOrCreateSchemaAsync(model, null, cancellation).ConfigureAwait(false);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !optional,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/json"] = new OpenApiMediaType { Schema = schema } },
            };
        });

    /// <summary>Bodies beside JSON of a model: bytes of these media types.</summary>
    public static IEndpointConventionBuilder TakesBytes(this IEndpointConventionBuilder endpoint, params string[] mediaTypes) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var body = operation.RequestBody as OpenApiRequestBody ?? new OpenApiRequestBody();
            body.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
            foreach (string mediaType in mediaTypes)
            {
                body.Content[mediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
            }

            operation.RequestBody = body;
            return Task.CompletedTask;
        });

    /// <summary>A form as the body: settings as JSON of a model, and a module.</summary>
    public static IEndpointConventionBuilder TakesForm(this IEndpointConventionBuilder endpoint, Type settings) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            var schema = await context.GetOrCreateSchemaAsync(settings, null, cancellation).ConfigureAwait(false);
            var body = operation.RequestBody as OpenApiRequestBody ?? new OpenApiRequestBody();
            body.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
            body.Content[FormBody.MediaType] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["settings"] = schema,
                        ["module"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                    },
                },
            };
            operation.RequestBody = body;
        });

    /// <summary>The arguments of a call as a body of JSON: an array of numbers and strings.</summary>
    public static IEndpointConventionBuilder TakesArguments(this IEndpointConventionBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = "The arguments of the core convention; the input of the others.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.String } },
                    },
                    ["application/octet-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
                },
            };
            return Task.CompletedTask;
        });

    // ASP.NET describes endpoints that have a method; ours are all of this shape.
    private static Task Handler(HttpContext context) => Task.CompletedTask;
}
