using System.Text.Json.Serialization;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Compilation;
using WasmActors.Host.Cli.Inspection;

namespace WasmActors.Host.Cli;

/// <summary>Reports as JSON: camelCase, indented, everything but plain letters of text escaped.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ModuleReport))]
[JsonSerializable(typeof(CompileReport))]
[JsonSerializable(typeof(CacheReport))]
[JsonSerializable(typeof(ClearReport))]
[JsonSerializable(typeof(DeleteReport))]
[JsonSerializable(typeof(DeployReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
