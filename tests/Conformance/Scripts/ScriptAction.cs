using System.Collections.Immutable;
using WasmActors.Conformance.Values;

namespace WasmActors.Conformance.Scripts;

/// <summary>What can be done with an instance.</summary>
/// <param name="Instance">Its name, or null for the newest.</param>
/// <param name="Export">Name of the export.</param>
internal abstract record ScriptAction(string? Instance, string Export)
{
    /// <summary>A call of a function.</summary>
    internal sealed record Invoke(string? Instance, string Export, ImmutableArray<Literal> Arguments) : ScriptAction(Instance, Export)
    {
        public override string ToString() => $"invoke \"{Export}\"{string.Concat(Arguments.Select(static a => $" {a}"))}";
    }

    /// <summary>The value of a global.</summary>
    internal sealed record Get(string? Instance, string Export) : ScriptAction(Instance, Export)
    {
        public override string ToString() => $"get \"{Export}\"";
    }
}
