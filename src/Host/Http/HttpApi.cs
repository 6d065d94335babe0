using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WasmActors.Functions.Registry;
using WasmActors.Host.Access;
using WasmActors.Host.Cluster;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Host.Http.Calls;
using WasmActors.Host.Http.OpenApi;
using static WasmActors.Host.Http.OpenApi.ApiParameter;

namespace WasmActors.Host.Http;

/// <summary>What is served under which path, and who may ask for it: the table of contents of the API.</summary>
internal static class HttpApi
{
    private static readonly ApiParameter s_name = Path("name", "The function's name.", "^[a-z0-9][a-z0-9_-]{0,62}$");
    private static readonly ApiParameter s_export = Path("export", "The export that is called; _start of a WASI program.");
    private static readonly ApiParameter s_key = Path("key", "The key, percent-encoded: 1 to 256 bytes of UTF-8 without control characters.");
    private static readonly ApiParameter s_digest = Path("digest", "SHA-256 of the module's binary form.", "^[0-9a-f]{64}$");
    private static readonly ApiParameter s_timeout = Header(CallHeaders.Timeout, "Longest time for the call, such as 250ms or 2s.", "^[0-9.]+(ms|s|m|h)$");
    private static readonly ApiParameter s_arg = Query("arg", "An argument of a WASI program; may be there several times.");
    private static readonly ApiParameter s_env = Query("env", "NAME=VALUE, a variable of a WASI program; may be there several times.");

    /// <summary>Maps it all.</summary>
    public static void Map(IEndpointRouteBuilder routes, Gate gate, Node node, ApiKeys? keys, HealthEndpoints health, BodyReader bodies)
    {
        MapCalls(routes, gate, new CallEndpoints(node.Functions, bodies));
        MapFunctions(routes, gate, new FunctionEndpoints(node.Functions, bodies));
        MapModules(routes, gate, new ModuleEndpoints(node.Functions, bodies));
        MapKeys(routes, gate, new KeyEndpoints(keys, bodies, TimeProvider.System));
        routes.MapGet("/v1/nodes", gate.Guard(ApiScope.Admin, new NodeEndpoints(node).ListAsync))
            .Describe("listNodes", "Nodes", "The nodes of the cluster.").Answers(typeof(NodeList));
        routes.MapGet("/healthz", Gate.Open(HealthEndpoints.LiveAsync))
            .Describe("live", "Health", "Whether the process answers. Needs no key.").AnswersBytes("text/plain");
        routes.MapGet("/readyz", Gate.Open(health.ReadyAsync))
            .Describe("ready", "Health", "Whether the node carries calls out: 200 after a round trip through a shard of the cluster. Needs no key.").AnswersBytes("text/plain");
    }

    private static void MapCalls(IEndpointRouteBuilder routes, Gate gate, CallEndpoints calls)
    {
        routes.MapPost("/v1/functions/{name}/calls/{export}", gate.Guard(ApiScope.Call, calls.CallAsync))
            .Describe("call", "Calls", "Calls a stateless function.", s_name, s_export, s_timeout, s_arg, s_env)
            .TakesArguments().Answers(typeof(ResultsModel)).AnswersBytes("application/octet-stream");
        routes.MapPost("/v1/functions/{name}/keys/{key}/calls/{export}", gate.Guard(ApiScope.Call, calls.CallKeyedAsync))
            .Describe("callKeyed", "Calls", "Calls a keyed function.", s_name, s_key, s_export, s_timeout, Header(CallHeaders.IdempotencyKey, "Names the call, so that it does not run twice."))
            .TakesArguments().Answers(typeof(ResultsModel)).AnswersBytes("application/octet-stream");
    }

    private static void MapFunctions(IEndpointRouteBuilder routes, Gate gate, FunctionEndpoints functions)
    {
        routes.MapGet("/v1/functions", gate.Guard(ApiScope.Deploy, functions.ListAsync))
            .Describe(
                "listFunctions",
                "Functions",
                "The deployed functions, in parts.",
                Query("limit", "Most functions of the part, 1 to 1000; 200 by default.", "^[0-9]{1,4}$"),
                Query("cursor", "The next of the part before; none for the first part."))
            .Answers(typeof(FunctionList));
        routes.MapGet("/v1/functions/{name}", gate.Guard(ApiScope.Deploy, functions.GetAsync))
            .Describe("getFunction", "Functions", "A function with its versions.", s_name).Answers(typeof(FunctionModel));
        routes.MapPut("/v1/functions/{name}", gate.Guard(ApiScope.Deploy, functions.PutAsync))
            .Describe(
                "deploy",
                "Functions",
                "Deploys a version. The body is a form with settings and module, the module with its settings in the query, or JSON alone. Settings that are not given carry over.",
                s_name,
                Query("dryRun", "true checks everything and reports what would change."),
                Query("kind", "stateless or keyed; with a module as the body."),
                Query("changeKind", "true lets the kind be another than the active version's; with a module as the body."),
                Query("convention", $"One of {string.Join(", ", CallingConventions.All.Select(static c => c.Name))}; with a module as the body."),
                Query("changeConvention", "true lets the convention be another than the active version's; with a module as the body."),
                Query("reuse", "never or untilIdle; with a module as the body."),
                Query("state", "memory or durable; with a module as the body."),
                Query("label", "A name for the version; with a module as the body."),
                Query("rollOut", "whenIdle or atOnce; with a module as the body."),
                Query("reset", "A setting of the active version that does not carry over; may be there several times; with a module as the body."),
                Header("If-Match", "\"3\" deploys only where version 3 is the active one."),
                Header("If-None-Match", "* deploys only where there is no such function."))
            .Takes(typeof(DeploymentSettings)).TakesBytes(ModuleBody.Binary, ModuleBody.Text).TakesForm(typeof(DeploymentSettings))
            .Answers(typeof(DeploymentModel)).Answers(typeof(DeploymentModel), StatusCodes.Status201Created);
        routes.MapDelete("/v1/functions/{name}", gate.Guard(ApiScope.Deploy, functions.DeleteAsync))
            .Describe("deleteFunction", "Functions", "Deletes a function with its versions. Calls that run are carried out.", s_name).Answers(null, StatusCodes.Status204NoContent);
        routes.MapGet("/v1/functions/{name}/versions", gate.Guard(ApiScope.Deploy, functions.VersionsAsync))
            .Describe("listVersions", "Functions", "The versions that are kept, the newest first.", s_name).Answers(typeof(VersionList));
        routes.MapGet("/v1/functions/{name}/exports", gate.Guard(ApiScope.Call, functions.ExportsAsync))
            .Describe("listExports", "Functions", "The functions that the active version exports.", s_name).Answers(typeof(ExportList));
        routes.MapPost("/v1/functions/{name}/rollback", gate.Guard(ApiScope.Deploy, functions.RollBackAsync))
            .Describe("rollBack", "Functions", "Makes a version that is kept the active one.", s_name)
            .Takes(typeof(RollbackBody), optional: true).Answers(typeof(DeploymentModel));
    }

    private static void MapModules(IEndpointRouteBuilder routes, Gate gate, ModuleEndpoints modules)
    {
        routes.MapPost("/v1/modules", gate.Guard(ApiScope.Deploy, modules.PostAsync))
            .Describe("storeModule", "Modules", "Stores a module, binary or text.").TakesBytes(ModuleBody.Binary, ModuleBody.Text).Answers(typeof(ModuleModel));
        routes.MapPut("/v1/modules/{digest}", gate.Guard(ApiScope.Deploy, modules.PutAsync))
            .Describe("putModule", "Modules", "Stores a module whose digest is known.", s_digest).TakesBytes(ModuleBody.Binary, ModuleBody.Text).Answers(typeof(ModuleModel));
        routes.MapGet("/v1/modules/{digest}", gate.Guard(ApiScope.Deploy, modules.GetAsync))
            .Describe("getModule", "Modules", "A module's binary form.", s_digest).AnswersBytes(ModuleBody.Binary);
        routes.MapGet("/v1/modules", gate.Guard(ApiScope.Deploy, modules.ListAsync))
            .Describe(
                "listModules",
                "Modules",
                "The stored modules by digest, with the functions that have versions with them.",
                Query("limit", "Most modules, 1 to 1000; by default 100."),
                Query("after", "The digest that the list follows on: next of the list before."))
            .Answers(typeof(ModuleList));
        routes.MapDelete("/v1/modules/{digest}", gate.Guard(ApiScope.Deploy, modules.DeleteAsync))
            .Describe("deleteModule", "Modules", "Deletes a module that no version of a function has.", s_digest).Answers(null, StatusCodes.Status204NoContent);
    }

    private static void MapKeys(IEndpointRouteBuilder routes, Gate gate, KeyEndpoints keys)
    {
        routes.MapGet("/v1/keys", gate.Guard(ApiScope.Admin, keys.ListAsync))
            .Describe("listKeys", "Keys", "The API keys, without their secrets.").Answers(typeof(KeyList));
        routes.MapPost("/v1/keys", gate.Guard(ApiScope.Admin, keys.PostAsync))
            .Describe("createKey", "Keys", "Makes an API key; its secret is shown this once.").Takes(typeof(NewKeyBody)).Answers(typeof(KeyModel), StatusCodes.Status201Created);
        routes.MapDelete("/v1/keys/{id}", gate.Guard(ApiScope.Admin, keys.DeleteAsync))
            .Describe("revokeKey", "Keys", "Revokes an API key.", Path("id", "The key's id.", "^[0-9a-f]{16}$")).Answers(null, StatusCodes.Status204NoContent);
    }
}
