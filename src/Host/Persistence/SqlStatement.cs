namespace WasmActors.Host.Persistence;

/// <summary>A statement with its parameters.</summary>
/// <param name="Text">SQL that both kinds of database understand.</param>
/// <param name="Parameters">Names with their at sign, and values; null for NULL.</param>
internal readonly record struct SqlStatement(string Text, params (string Name, object? Value)[] Parameters);
