using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmActors.Conformance.Reports;

/// <summary>Names of an enumeration as JSON has other names: <c>direct</c>, <c>failed</c>.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
