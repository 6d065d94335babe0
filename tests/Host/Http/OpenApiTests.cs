using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public partial class OpenApiTests(OpenHost host)
{
    [Fact]
    public async Task The_document_is_valid_and_has_every_endpoint_of_the_API()
    {
        var read = OpenApiDocument.Parse((await host.GetAsync("/openapi/v1.json")).Is(200).Text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        var operations = read.Document!.Paths.SelectMany(static p => p.Value.Operations!.Select(o => $"{o.Key} {p.Key}")).Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "DELETE /v1/functions/{name}", "DELETE /v1/keys/{id}", "DELETE /v1/modules/{digest}",
                "GET /healthz", "GET /metrics", "GET /readyz",
                "GET /v1/functions", "GET /v1/functions/{name}", "GET /v1/functions/{name}/exports", "GET /v1/functions/{name}/versions",
                "GET /v1/keys", "GET /v1/modules", "GET /v1/modules/{digest}", "GET /v1/nodes",
                "POST /v1/functions/{name}/calls/{export}", "POST /v1/functions/{name}/keys/{key}/calls/{export}", "POST /v1/functions/{name}/rollback",
                "POST /v1/keys", "POST /v1/modules",
                "PUT /v1/functions/{name}", "PUT /v1/modules/{digest}",
            ],
            operations,
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Every_operation_names_its_parameters_its_success_and_its_failures()
    {
        var document = OpenApiDocument.Parse((await host.GetAsync("/openapi/v1.json")).Text, "json").Document!;

        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations!)
            {
                string what = $"{method} {path}";
                Assert.False(string.IsNullOrEmpty(operation.OperationId), what);
                Assert.False(string.IsNullOrEmpty(operation.Summary), what);
                Assert.Equal(
                    PathParameter().Matches(path).Select(static m => m.Groups[1].Value),
                    (operation.Parameters ?? []).Where(static p => p.In == ParameterLocation.Path).Select(static p => p.Name!),
                    StringComparer.Ordinal);
                Assert.True(operation.Responses!.Keys.Any(static status => status.StartsWith('2')), what);
                Assert.Equal("application/problem+json", Assert.Single(operation.Responses["default"].Content!.Keys));
            }
        }

        Assert.Equal("bearer", document.Components!.SecuritySchemes!["apiKey"].Scheme);
    }

    [Fact]
    public async Task The_page_to_try_it_loads_nothing_from_elsewhere()
    {
        var page = (await host.GetAsync("/docs")).Is(200);
        Assert.Equal("text/html", page.MediaType);
        var sources = Source().Matches(page.Text).Select(static m => m.Groups[1].Value).ToList();

        Assert.NotEmpty(sources);
        Assert.Contains("openapi/v1.json", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Empty(Elsewhere().Matches(page.Text).Select(static m => m.Value));
        foreach (string source in sources)
        {
            var script = await Answer.OfAsync(host.Client.GetAsync(new Uri(new Uri(host.Client.BaseAddress!, page.Message.RequestMessage!.RequestUri!), source)));
            Assert.True(script.Is(200).Text.Length > 1000, source);
        }
    }

    [Theory]
    [InlineData("GET", "/", 404, "http.not_found")]
    [InlineData("GET", "/v1", 404, "http.not_found")]
    [InlineData("GET", "/v2/functions", 404, "http.not_found")]
    [InlineData("GET", "/openapi/v2.json", 404, "http.not_found")]
    [InlineData("PATCH", "/v1/functions", 405, "http.method_not_allowed")]
    [InlineData("POST", "/v1/functions/x", 405, "http.method_not_allowed")]
    [InlineData("GET", "/v1/functions/x/calls/y", 405, "http.method_not_allowed")]
    [InlineData("DELETE", "/healthz", 405, "http.method_not_allowed")]
    [InlineData("TRACE", "/healthz", 405, "http.method_not_allowed")]
    public async Task What_is_not_served_is_a_problem(string method, string path, int status, string code)
    {
        var answer = (await host.SendAsync(new HttpMethod(method), path)).IsFailure(status, code);

        Assert.Equal(status == 405, answer.Message.Content.Headers.Allow.Count > 0);
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("""<(?:script|link)[^>]*(?:src|href)="([^"]+)""")]
    private static partial Regex Source();

    [GeneratedRegex("""(?:src|href|url|proxyUrl)"?\s*[=:(]\s*["']?(?:https?:)?//[^"'\s)]*""", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();
}
