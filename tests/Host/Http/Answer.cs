using System.Net;
using System.Text.Json;

namespace WasmActors.Host.Tests.Http;

/// <summary>What a host answered, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Text, HttpResponseMessage Message)
{
    /// <summary>Waits for an answer and reads it.</summary>
    public static async Task<Answer> OfAsync(Task<HttpResponseMessage> response)
    {
        var message = await response;
        return new Answer(message.StatusCode, message.Content.Headers.ContentType?.MediaType, await message.Content.ReadAsStringAsync(), message);
    }

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The failure's code; empty where it is none.</summary>
    public string Code => MediaType == "application/problem+json" ? Json.GetProperty("code").GetString()! : "";

    /// <summary>The failure's message for people.</summary>
    public string Detail => Json.GetProperty("detail").GetString()!;

    /// <summary>The only value of a header; null for none.</summary>
    public string? Header(string name) =>
        Message.Headers.TryGetValues(name, out var values) || Message.Content.Headers.TryGetValues(name, out values) ? Assert.Single(values) : null;

    /// <summary>It is this failure, whole and as the table in docs/http-api.md has it.</summary>
    public Answer IsFailure(int status, string code)
    {
        Assert.True(((int)Status, Code) == (status, code), $"{status} {code} was expected, not {(int)Status} {Text}");
        var problem = Json;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal($"urn:wasmactors:error:{code}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        var documented = DocumentedFailures.Of(code);
        Assert.Equal(documented.Status, status);
        if (documented.MayHaveRun is { } mayHaveRun)
        {
            // Calls that may run by their code say no where they were not begun.
            bool mayTellMore = mayHaveRun && Message.RequestMessage!.RequestUri!.AbsolutePath.Contains("/calls/", StringComparison.Ordinal);
            bool told = problem.GetProperty("mayHaveRun").GetBoolean();
            Assert.True(told == (mayHaveRun && Message.RequestMessage!.Method != HttpMethod.Get) || (mayTellMore && !told), Text);
        }

        if (status is 429 or 503)
        {
            Assert.InRange(int.Parse(Header("Retry-After")!), 1, 3600);
        }

        return this;
    }

    /// <summary>It is a success with this text.</summary>
    public Answer Is(int status, string? text = null)
    {
        Assert.True((int)Status == status, $"{status} was expected, not {(int)Status} {Text}");
        if (text is not null)
        {
            Assert.Equal(text, Text);
        }

        return this;
    }
}
