using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Answers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>Modules by their digest.</summary>
internal sealed class ModuleEndpoints(FunctionHost functions, BodyReader bodies)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public Task PostAsync(HttpContext context) => StoreAsync(context, digest: null);

    public Task PutAsync(HttpContext context) => StoreAsync(context, Digest(context));

    public async Task GetAsync(HttpContext context)
    {
        string digest = Digest(context);
        var module = await functions.FindModuleAsync(digest, context.RequestAborted).ConfigureAwait(false)
            ?? throw new WasmError(FunctionErrorCode.ModuleNotFound, $"No module with the digest '{GuestText.Clean(digest, GuestText.NameLimit)}' is stored.");
        context.Response.ContentType = ModuleBody.Binary;
        await AnswerBytes.WriteAsync(context, module).ConfigureAwait(false);
    }

    public async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        string? after = query["after"] is { Count: > 0 } digest ? digest[0] : null;
        int limit = Limit(query["limit"]);
        if (after is not null && !FunctionSpec.IsDigest(after))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, "The query's after is no digest: 64 lower-case hexadecimal digits were expected.");
        }

        var found = await functions.StoredModules.ListAsync(after, limit + 1, context.RequestAborted).ConfigureAwait(false);
        var page = found.Take(limit).Select(static m => new ModuleModel(m.Digest, m.Bytes) { UsedAt = m.UsedAt, Functions = m.Functions }).ToList();
        var list = new ModuleList(page, found.Count > limit ? page[^1].Digest : null);
        await JsonAnswer.WriteAsync(context, list, AnswerJson.Models.ModuleList).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        await functions.StoredModules.DeleteAsync(Digest(context), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static int Limit(StringValues given) => given.Count == 0 ? DefaultLimit
        : given.Count == 1 && int.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= MaxLimit ? limit
        : throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, $"The query's limit must be a number from 1 to {MaxLimit}.");

    private async Task StoreAsync(HttpContext context, string? digest)
    {
        using var body = await ModuleBody.ReadAsync(context, bodies).ConfigureAwait(false);
        var stored = await functions.PutModuleAsync(body.Bytes, digest, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new ModuleModel(stored.Digest, stored.Bytes), AnswerJson.Models.ModuleModel).ConfigureAwait(false);
    }

    private static string Digest(HttpContext context) => (string)context.GetRouteValue("digest")!;
}
