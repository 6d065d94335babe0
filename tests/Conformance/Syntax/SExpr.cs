namespace WasmActors.Conformance.Syntax;

/// <summary>A part of a script: a list, an atom or a string.</summary>
/// <param name="Start">Offset of its first byte in the script.</param>
/// <param name="End">Offset of the byte after its last.</param>
/// <param name="Line">Line of its first byte, from 1.</param>
internal abstract record SExpr(int Start, int End, int Line);
