namespace WasmActors.Conformance.Syntax;

/// <summary>A script does not follow the grammar.</summary>
internal sealed class SyntaxException(int line, string message) : Exception(message)
{
    /// <summary>Where, from 1.</summary>
    public int Line { get; } = line;
}
