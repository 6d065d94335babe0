using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WasmActors.Actors.Functions;
using WasmActors.Host.Http.Models;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Http;

/// <summary>Modules by their digest.</summary>
internal sealed class ModuleEndpoints(FunctionHost functions, BodyReader bodies)
{
    public Task PostAsync(HttpContext context) => StoreAsync(context, digest: null);

    public Task PutAsync(HttpContext context) => StoreAsync(context, Digest(context));

    public async Task GetAsync(HttpContext context)
    {
        string digest = Digest(context);
        var module = await functions.FindModuleAsync(digest, context.RequestAborted).ConfigureAwait(false)
            ?? throw new WasmError(FunctionErrorCode.ModuleNotFound, $"No module with the digest '{GuestText.Clean(digest, GuestText.NameLimit)}' is stored.");
        context.Response.ContentType = ModuleBody.Binary;
        context.Response.ContentLength = module.Length;
        await context.Response.Body.WriteAsync(module, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task StoreAsync(HttpContext context, string? digest)
    {
        using var body = await ModuleBody.ReadAsync(context, bodies).ConfigureAwait(false);
        var stored = await functions.PutModuleAsync(body.Bytes, digest, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new ModuleModel(stored.Digest, stored.Bytes), AnswerJson.Models.ModuleModel).ConfigureAwait(false);
    }

    private static string Digest(HttpContext context) => (string)context.GetRouteValue("digest")!;
}
