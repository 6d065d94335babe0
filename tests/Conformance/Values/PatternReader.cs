using WasmActors.Conformance.Syntax;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>Reads expected results.</summary>
internal static class PatternReader
{
    /// <summary>Reads one expected result.</summary>
    /// <exception cref="SyntaxException">It is none.</exception>
    public static Pattern Read(SExpr form)
    {
        if (form is not SList list)
        {
            throw new SyntaxException(form.Line, "an expected result stands in parentheses");
        }

        string text = LiteralReader.TextOf(list);
        return list.Items switch
        {
            [SAtom { Text: "i32.const" }, SAtom number] => new Pattern.Number(text, Number(number, ValKind.I32, 32)),
            [SAtom { Text: "i64.const" }, SAtom number] => new Pattern.Number(text, Number(number, ValKind.I64, 64)),
            [SAtom { Text: "f32.const" }, SAtom number] => new Pattern.Number(text, Number(number, ValKind.F32, 32)),
            [SAtom { Text: "f64.const" }, SAtom number] => new Pattern.Number(text, Number(number, ValKind.F64, 64)),
            [SAtom { Text: "v128.const" }, ..] => Vector(list, text),
            [SAtom { Text: "ref.null" }] => new Pattern.Null(text, null),
            [SAtom { Text: "ref.null" }, var type] => new Pattern.Null(text, LiteralReader.KindOf(type)),
            [SAtom { Text: "ref.extern" }, SAtom number] => new Pattern.Host(text, LiteralReader.ObjectOf(number), IsInternal: false),
            [SAtom { Text: "ref.host" }, SAtom number] => new Pattern.Host(text, LiteralReader.ObjectOf(number), IsInternal: true),
            [SAtom kind] => new Pattern.Reference(text, Kind(kind)),
            [SAtom { Text: "either" }, _, ..] => new Pattern.Either(text, [.. list.Items.Skip(1).Select(Read)]),
            _ => throw new SyntaxException(list.Line, $"{text} is no expected result"),
        };
    }

    private static Pattern.Vector Vector(SList list, string text)
    {
        (var shape, var lanes) = LiteralReader.Lanes(list);
        return new Pattern.Vector(text, [.. lanes.Select(lane => Number(lane, shape.Kind, shape.Width))]);
    }

    private static NumberPattern Number(SAtom atom, ValKind kind, int width)
    {
        NanClass? nan = kind is ValKind.F32 or ValKind.F64
            ? atom.Text switch { "nan:canonical" => NanClass.Canonical, "nan:arithmetic" => NanClass.Arithmetic, _ => null }
            : null;
        return new NumberPattern(kind, width, nan is null ? NumberText.Read(atom, kind, width) : 0, nan);
    }

    private static ReferenceKind Kind(SAtom word) => word.Text switch
    {
        "ref" or "ref.any" => ReferenceKind.Any,
        "ref.eq" => ReferenceKind.Eq,
        "ref.i31" => ReferenceKind.I31,
        "ref.struct" => ReferenceKind.Struct,
        "ref.array" => ReferenceKind.Array,
        "ref.func" => ReferenceKind.Func,
        "ref.exn" => ReferenceKind.Exn,
        "ref.extern" => ReferenceKind.Extern,
        _ => throw new SyntaxException(word.Line, $"({word.Text}) is no expected result"),
    };
}
