using System.Text.Json.Serialization;

namespace WasmActors.Host.Deployments;

/// <summary>Deployment settings as JSON: camelCase, unknown and repeated members refused, null left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DeploymentSettings))]
internal sealed partial class DeploymentJson : JsonSerializerContext;
