using System.Globalization;
using System.Text;
using System.Text.Json;
using WasmActors.Host.Tests.Cli;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public sealed class PagedFunctionsTests(OpenHost host)
{
    [Fact]
    public async Task The_list_is_read_in_parts_and_by_the_command_line_to_its_end()
    {
        const int count = 7;
        for (int i = 0; i < count; i++)
        {
            await host.DeployAsync(string.Create(CultureInfo.InvariantCulture, $"paged-{i}"), Wat.Numbers);
        }

        var names = new List<string>();
        string path = "/v1/functions?limit=3";
        while (true)
        {
            var part = (await host.GetAsync(path)).Is(200).Json;
            Assert.InRange(part.GetProperty("functions").GetArrayLength(), 1, 3);
            names.AddRange(part.GetProperty("functions").EnumerateArray().Select(static f => f.GetProperty("name").GetString()!));
            if (!part.TryGetProperty("next", out var next))
            {
                break;
            }

            path = $"/v1/functions?limit=3&cursor={next.GetString()}";
        }

        Assert.Equal(names.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), names, StringComparer.Ordinal);
        Assert.Equal(count, names.Count(static n => n.StartsWith("paged-", StringComparison.Ordinal)));
        (await host.GetAsync("/v1/functions?limit=0")).IsFailure(400, "http.bad_request");
        (await host.GetAsync("/v1/functions?cursor=*")).IsFailure(400, "http.bad_request");

        using var folder = new TemporaryFolder();
        var run = await ProgramRun.Of(folder, ["functions", "-o", "json", "--server", host.Client.BaseAddress!.ToString()]);
        using var listed = JsonDocument.Parse(run.Text);
        Assert.Superset(
            names.Where(static n => n.StartsWith("paged-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal),
            listed.RootElement.GetProperty("functions").EnumerateArray().Select(static f => f.GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal));
        Assert.False(listed.RootElement.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task A_part_with_large_functions_ends_early()
    {
        using var module = new StringContent(Wat.Tell, Encoding.UTF8, "text/plain");
        string digest = (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).Is(200).Json.GetProperty("digest").GetString()!;
        string variable = new('x', 14_000);
        for (int i = 0; i < 85; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"/v1/functions/bulky-{i}");
            var deployed = await host.JsonAsync(HttpMethod.Put, name, $$"""{ "moduleDigest": "{{digest}}", "convention": "wasi-command", "grants": { "environment": { "X": "{{variable}}" } } }""");
            Assert.True(deployed.Message.IsSuccessStatusCode, deployed.Text);
        }

        var part = (await host.GetAsync("/v1/functions?limit=1000")).Is(200);
        for (int i = 0; i < 85; i++)
        {
            (await host.DeleteAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/functions/bulky-{i}"))).Is(204);
        }

        Assert.InRange(part.Text.Length, 1, (1 << 20) + 50_000);
        Assert.True(part.Json.TryGetProperty("next", out _));
    }
}
