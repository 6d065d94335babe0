using System.Text.Json.Serialization;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;

namespace WasmActors.Host.Http;

/// <summary>The API's JSON: camelCase, null left out, unknown and repeated members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(FunctionList))]
[JsonSerializable(typeof(FunctionModel))]
[JsonSerializable(typeof(VersionList))]
[JsonSerializable(typeof(DeploymentModel))]
[JsonSerializable(typeof(DeploymentSettings))]
[JsonSerializable(typeof(RollbackBody))]
[JsonSerializable(typeof(ModuleModel))]
[JsonSerializable(typeof(ModuleList))]
[JsonSerializable(typeof(ExportList))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyModel))]
[JsonSerializable(typeof(NewKeyBody))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(ResultsModel))]
internal sealed partial class ApiJson : JsonSerializerContext;
