using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Host.Http.Answers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>The catalogue: deploy, look, roll back, delete.</summary>
internal sealed class FunctionEndpoints(FunctionHost functions, BodyReader bodies)
{
    public Task ListAsync(HttpContext context) =>
        PageAnswer.WriteAsync(context, "functions", functions.Catalogue.List(), static entry => entry.Name, FunctionModel.Of, AnswerJson.Models.FunctionModel);

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
        bool dryRun = DeploymentBody.IsDryRun(context.Request);
        using var body = await DeploymentBody.ReadAsync(context, bodies).ConfigureAwait(false);
        var deployment = await functions.UpdateAsync(name, body.Module, body.Settings.Onto, body.Settings.ToOptions(expected, dryRun), context.RequestAborted).ConfigureAwait(false);
        int status = deployment is { Before: null, IsDryRun: false } ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await JsonAnswer.WriteAsync(context, DeploymentModel.Of(deployment), AnswerJson.Models.DeploymentModel, status).ConfigureAwait(false);
    }

    public async Task RollBackAsync(HttpContext context)
    {
        var body = await bodies.JsonAsync(context, ApiJson.Default.RollbackBody, new RollbackBody()).ConfigureAwait(false);
        var rollOut = SettingNames.RollOuts.Read(body.RollOut) ?? default;
        string name = Name(context);
        var before = functions.Catalogue.Find(name)?.ActiveVersion;
        var deployment = await functions.ActivateAsync(name, body.Version, rollOut, context.RequestAborted).ConfigureAwait(false);
        var after = functions.Catalogue.Find(name)?.Find(deployment.Version);
        await JsonAnswer.WriteAsync(context, DeploymentModel.Of(deployment, before?.Spec, after?.Spec), AnswerJson.Models.DeploymentModel).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        await functions.DeleteAsync(Name(context), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private FunctionEntry Find(HttpContext context) => functions.Catalogue.Get(Name(context));

    private static string Name(HttpContext context)
    {
        string name = (string)context.GetRouteValue("name")!;
        FunctionNames.Check(name);
        return name;
    }

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
