using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WasmActors.Functions.Api;
using WasmActors.Host.Access;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>API keys.</summary>
/// <param name="keys">Null where the host asks for none: there are none to be managed then.</param>
/// <param name="bodies">Reads requests.</param>
/// <param name="clock">When keys are made.</param>
internal sealed class KeyEndpoints(ApiKeys? keys, BodyReader bodies, TimeProvider clock)
{
    private const int MostOfAnything = 1_000_000;

    private ApiKeys Keys => keys
        ?? throw new ApiException(StatusCodes.Status404NotFound, ApiErrorCode.KeyNotFound, "This host asks for no API keys (WasmActors:Http:Authentication is open): there are none.");

    public async Task ListAsync(HttpContext context)
    {
        var stored = await Keys.ListAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new KeyList([.. stored.Select(static k => KeyModel.Of(k))]), AnswerJson.Models.KeyList).ConfigureAwait(false);
    }

    public async Task PostAsync(HttpContext context)
    {
        var known = Keys;
        var body = await bodies.JsonAsync(context, ApiJson.Default.NewKeyBody).ConfigureAwait(false);
        var (key, token) = ApiKey.Create(NameOf(body), ScopesOf(body), LimitsOf(body), clock);
        if (!await known.AddAsync(key, context.RequestAborted).ConfigureAwait(false))
        {
            throw new ApiException(StatusCodes.Status409Conflict, ApiErrorCode.KeyExists, $"There is an API key '{key.Name}': revoke it first, or choose another name.");
        }

        context.Response.Headers.CacheControl = "no-store";
        await JsonAnswer.WriteAsync(context, KeyModel.Of(key, token), AnswerJson.Models.KeyModel, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        string id = (string)context.GetRouteValue("id")!;
        context.Response.StatusCode = await Keys.RemoveAsync(id, context.RequestAborted).ConfigureAwait(false) switch
        {
            KeyRemoval.Removed => StatusCodes.Status204NoContent,
            KeyRemoval.LastAdmin => throw new ApiException(StatusCodes.Status409Conflict, ApiErrorCode.KeyLastAdmin, "This is the last API key with the scope admin: without it nobody could make keys. Make another one first ('wasmactors keys create NAME --scope admin')."),
            _ => throw new ApiException(StatusCodes.Status404NotFound, ApiErrorCode.KeyNotFound, $"There is no API key with the id '{GuestText.Clean(id, GuestText.NameLimit)}'."),
        };
    }

    private static string NameOf(NewKeyBody body) => FunctionNames.IsLabel(body.Name)
        ? body.Name!
        : throw Bad($"name is '{GuestText.Clean(body.Name ?? "", GuestText.NameLimit)}'; allowed are 1 to {FunctionNames.MaxName} of A-Z, a-z, 0-9 and '-_.+'");

    private static ImmutableArray<ApiScope> ScopesOf(NewKeyBody body) => body.Scopes is { Count: >= 1 and <= 3 } words
        ? [.. words.Select(static w => ApiScopes.Find(w) ?? throw Bad($"scopes has '{GuestText.Clean(w ?? "null", GuestText.NameLimit)}'; allowed are call, deploy and admin")).Distinct()]
        : throw Bad("scopes is missing; one or more of call, deploy and admin were expected");

    private static KeyLimits LimitsOf(NewKeyBody body)
    {
        if (body.Burst is not null && body.RequestsPerSecond is null)
        {
            throw Bad("burst is given without requestsPerSecond, which it belongs to");
        }

        return body.MaxBodyBytes is null or >= 0
            ? new KeyLimits(InRange(body.RequestsPerSecond, "requestsPerSecond"), InRange(body.Burst, "burst"), InRange(body.Concurrency, "concurrency"), body.MaxBodyBytes)
            : throw Bad("maxBodyBytes is less than 0");
    }

    private static int? InRange(int? value, string name) => value is null or (>= 1 and <= MostOfAnything)
        ? value
        : throw Bad(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; allowed is 1 to {MostOfAnything}"));

    private static ApiException Bad(string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadKeyRequest, $"The API key cannot be made: {problem}.");
}
