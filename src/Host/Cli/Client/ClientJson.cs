using System.Text.Json.Serialization;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Cli.Client;

/// <summary>The API's messages as JSON: answers may have more members than are known here, and must have those that are
/// needed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(FunctionList))]
[JsonSerializable(typeof(VersionList))]
[JsonSerializable(typeof(DeploymentModel))]
[JsonSerializable(typeof(RollbackBody))]
[JsonSerializable(typeof(ModuleList))]
[JsonSerializable(typeof(ExportList))]
[JsonSerializable(typeof(ResultsModel))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(NewKeyBody))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ClientJson : JsonSerializerContext;
