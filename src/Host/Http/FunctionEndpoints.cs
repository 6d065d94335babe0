using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WasmActors.Actors.Functions;
using WasmActors.Host.Deployments;
using WasmActors.Host.Http.Models;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Http;

/// <summary>The catalogue: deploy, look, roll back, delete.</summary>
internal sealed class FunctionEndpoints(FunctionHost functions, BodyReader bodies)
{
    public Task ListAsync(HttpContext context) =>
        JsonAnswer.WriteAsync(context, new FunctionList([.. functions.Catalogue.List().Select(FunctionModel.Of)]), AnswerJson.Models.FunctionList);

    public Task GetAsync(HttpContext context)
    {
        var entry = Find(context);
        context.Response.Headers.ETag = $"\"{entry.Active.ToString(CultureInfo.InvariantCulture)}\"";
        return JsonAnswer.WriteAsync(context, FunctionModel.Of(entry), AnswerJson.Models.FunctionModel);
    }

    public Task VersionsAsync(HttpContext context) =>
        JsonAnswer.WriteAsync(context, VersionList.Of(Find(context)), AnswerJson.Models.VersionList);

    public async Task ExportsAsync(HttpContext context)
    {
        var convention = Find(context).ActiveVersion!.Spec.Convention;
        var exports = await functions.ExportsAsync(Name(context), context.RequestAborted).ConfigureAwait(false);
        var list = new ExportList(SettingNames.Conventions.NameOf(convention), [.. exports.Select(static e => new ExportModel(
            GuestText.Clean(e.Name, GuestText.NameLimit),
            [.. e.Type.Params.Select(static t => t.ToString())],
            [.. e.Type.Results.Select(static t => t.ToString())]))]);
        await JsonAnswer.WriteAsync(context, list, AnswerJson.Models.ExportList).ConfigureAwait(false);
    }

    public async Task PutAsync(HttpContext context)
    {
        string name = Name(context);
        int? expected = ExpectedActive(context.Request);
        bool wasMissing = functions.Catalogue.Find(name) is null;
        Deployment deployment;
        if (ModuleBody.IsModule(context.Request))
        {
            var settings = FromQuery(context.Request.Query);
            using var module = await ModuleBody.ReadAsync(context, bodies).ConfigureAwait(false);
            deployment = await functions.DeployAsync(settings.ToSpec(name), module.Bytes, settings.ToRollOut(), expected, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            var settings = await bodies.JsonAsync(context, ApiJson.Default.DeploymentSettings).ConfigureAwait(false);
            if (settings.ModuleDigest is null)
            {
                throw new WasmError(FunctionErrorCode.BadSpec, "moduleDigest is missing: store the module first (POST /v1/modules), or send it as the body with the Content-Type application/wasm or text/plain.");
            }

            deployment = await functions.DeployAsync(settings.ToSpec(name), settings.ToRollOut(), expected, context.RequestAborted).ConfigureAwait(false);
        }

        // Of two who deploy a new function at once, one makes it.
        bool isNew = wasMissing && functions.Catalogue.Find(name)?.Versions[0].Number == deployment.Version;
        await AnswerAsync(context, deployment, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    public async Task RollBackAsync(HttpContext context)
    {
        var body = await bodies.JsonAsync(context, ApiJson.Default.RollbackBody, new RollbackBody()).ConfigureAwait(false);
        var rollOut = SettingNames.RollOuts.Read(body.RollOut) ?? default;
        var deployment = await functions.ActivateAsync(Name(context), body.Version, rollOut, context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, deployment).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        await functions.DeleteAsync(Name(context), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task AnswerAsync(HttpContext context, Deployment deployment, int status = StatusCodes.Status200OK) =>
        JsonAnswer.WriteAsync(context, new DeploymentModel(deployment.Name, deployment.Version, deployment.Revision), AnswerJson.Models.DeploymentModel, status);

    private FunctionEntry Find(HttpContext context) => functions.Catalogue.Get(Name(context));

    private static string Name(HttpContext context)
    {
        string name = (string)context.GetRouteValue("name")!;
        FunctionNames.Check(name);
        return name;
    }

    private static DeploymentSettings FromQuery(IQueryCollection query)
    {
        foreach (string name in query.Keys.Where(static k => k is not ("kind" or "convention" or "reuse" or "label" or "rollOut")))
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The query's '{GuestText.Clean(name, GuestText.NameLimit)}' is none of kind, convention, reuse, label and rollOut. Limits and grants are given as JSON, with the module's digest.");
        }

        return new DeploymentSettings
        {
            Kind = One(query, "kind"),
            Convention = One(query, "convention"),
            Reuse = One(query, "reuse"),
            Label = One(query, "label"),
            RollOut = One(query, "rollOut"),
        };
    }

    private static string? One(IQueryCollection query, string name) => query[name].Count switch
    {
        0 => null,
        1 => query[name][0],
        _ => throw new WasmError(FunctionErrorCode.BadSpec, $"The query has '{name}' more than once."),
    };

    // If-Match: "3" asks for version 3, If-None-Match: * for none.
    private static int? ExpectedActive(HttpRequest request)
    {
        var match = request.Headers.IfMatch;
        var noneMatch = request.Headers.IfNoneMatch;
        if (match.Count == 0 && noneMatch.Count == 0)
        {
            return null;
        }

        if (noneMatch.Count == 1 && match.Count == 0 && noneMatch[0] == "*")
        {
            return 0;
        }

        return match.Count == 1 && noneMatch.Count == 0 && match[0] is ['"', .. var number, '"'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0
            ? version
            : throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, "The headers If-Match: \"3\", with a version's number, or If-None-Match: * can be used, one of them.");
    }
}
