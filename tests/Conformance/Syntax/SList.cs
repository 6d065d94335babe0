using System.Collections.Immutable;

namespace WasmActors.Conformance.Syntax;

/// <summary>What stands between two parentheses.</summary>
internal sealed record SList(int Start, int End, int Line, ImmutableArray<SExpr> Items) : SExpr(Start, End, Line)
{
    /// <summary>The word that it begins with; empty where it begins with none.</summary>
    public string Head => Items is [SAtom atom, ..] ? atom.Text : "";
}
