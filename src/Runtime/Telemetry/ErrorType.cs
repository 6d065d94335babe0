using System.Collections.Frozen;
using System.Reflection;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Telemetry;

/// <summary>Failures' codes as tags of instruments. Who answers an import may send any text as a code; a tag has only known ones.</summary>
internal static class ErrorType
{
    /// <summary>What OpenTelemetry has for everything else.</summary>
    internal const string Other = "_OTHER";

    private static readonly FrozenSet<string> s_known = typeof(ErrorCode)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(static field => field.IsLiteral)
        .Select(static field => (string)field.GetRawConstantValue()!)
        .Concat(Enum.GetValues<TrapCode>().Select(static code => code.Text()))
        .ToFrozenSet(StringComparer.Ordinal);

    internal static string Of(string code) => s_known.Contains(code) ? code : Other;

    internal static string Of(Exception failure) => failure is WasmException known ? Of(known.Code) : Other;
}
