namespace WasmActors.Conformance.Syntax;

/// <summary>A word, a number or an identifier; of <c>$"…"</c> the text is what it names, <c>$…</c>.</summary>
internal sealed record SAtom(int Start, int End, int Line, string Text) : SExpr(Start, End, Line);
