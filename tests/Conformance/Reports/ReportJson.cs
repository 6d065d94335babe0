using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Reports;

/// <summary>Reports and known limits as JSON: camelCase, indented.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(CamelCaseEnum<Outcome>), typeof(CamelCaseEnum<ExecutionMode>)], UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(ImmutableArray<KnownLimit>))]
internal sealed partial class ReportJson : JsonSerializerContext;
