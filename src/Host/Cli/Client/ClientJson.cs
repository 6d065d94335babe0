using System.Text.Json.Serialization;

namespace WasmActors.Host.Cli.Client;

/// <summary>The API's messages as JSON: answers may have more members than are known here, and must have those that are needed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(ApiMessages.FunctionList))]
[JsonSerializable(typeof(ApiMessages.VersionList))]
[JsonSerializable(typeof(ApiMessages.Deployment))]
[JsonSerializable(typeof(ApiMessages.Rollback))]
[JsonSerializable(typeof(ApiMessages.StoredModule))]
[JsonSerializable(typeof(ApiMessages.ExportList))]
[JsonSerializable(typeof(ApiMessages.CallResults))]
[JsonSerializable(typeof(ApiMessages.KeyList))]
[JsonSerializable(typeof(ApiMessages.NewKey))]
[JsonSerializable(typeof(ApiMessages.NodeList))]
[JsonSerializable(typeof(ApiMessages.Problem))]
internal sealed partial class ClientJson : JsonSerializerContext;
