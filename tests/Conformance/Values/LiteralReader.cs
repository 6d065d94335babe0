using System.Text;
using WasmActors.Conformance.Syntax;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>Reads arguments.</summary>
internal static class LiteralReader
{
    private const int DeepestText = 4;

    /// <summary>Reads one argument.</summary>
    /// <exception cref="SyntaxException">It is none.</exception>
    public static Literal Read(SExpr form)
    {
        if (form is not SList list)
        {
            throw new SyntaxException(form.Line, "a value stands in parentheses");
        }

        string text = TextOf(list);
        return list.Items switch
        {
            [SAtom { Text: "i32.const" }, SAtom number] => new Literal.Number(text, Val.I32((int)NumberText.Read(number, ValKind.I32, 32))),
            [SAtom { Text: "i64.const" }, SAtom number] => new Literal.Number(text, Val.I64((long)NumberText.Read(number, ValKind.I64, 64))),
            [SAtom { Text: "f32.const" }, SAtom number] => new Literal.Number(text, Val.F32(BitConverter.UInt32BitsToSingle((uint)NumberText.Read(number, ValKind.F32, 32)))),
            [SAtom { Text: "f64.const" }, SAtom number] => new Literal.Number(text, Val.F64(BitConverter.UInt64BitsToDouble(NumberText.Read(number, ValKind.F64, 64)))),
            [SAtom { Text: "v128.const" }, ..] => new Literal.Number(text, Vector(list)),
            [SAtom { Text: "ref.null" }, var type] => new Literal.Null(text, KindOf(type)),
            [SAtom { Text: "ref.extern" }, SAtom number] => new Literal.Host(text, ObjectOf(number), IsInternal: false),
            [SAtom { Text: "ref.host" }, SAtom number] => new Literal.Host(text, ObjectOf(number), IsInternal: true),
            _ => throw new SyntaxException(list.Line, $"{text} is no value"),
        };
    }

    /// <summary>A form as text, for people; what is nested deep in it is left out.</summary>
    public static string TextOf(SExpr form) => TextOf(form, DeepestText);

    /// <summary>The family of values that a heap type belongs to; null where a module defines the type.</summary>
    /// <exception cref="SyntaxException">There is no such type.</exception>
    public static ValKind? KindOf(SExpr type) => type switch
    {
        SAtom { Text: "func" or "nofunc" } => ValKind.FuncRef,
        SAtom { Text: "extern" or "noextern" } => ValKind.ExternRef,
        SAtom { Text: "exn" or "noexn" } => ValKind.ExnRef,
        SAtom { Text: "any" or "eq" or "i31" or "struct" or "array" or "none" } => ValKind.AnyRef,
        SAtom atom when atom.Text.StartsWith('$') || char.IsAsciiDigit(atom.Text[0]) => null,
        SList { Head: "exact" } => null,
        _ => throw new SyntaxException(type.Line, $"{TextOf(type)} is no type of references"),
    };

    /// <summary>The object of the host with that number.</summary>
    /// <exception cref="SyntaxException">It is no number.</exception>
    public static HostObject ObjectOf(SAtom number) => new((uint)NumberText.Read(number, ValKind.I32, 32));

    private static string TextOf(SExpr form, int depth) => form switch
    {
        SAtom atom => atom.Text,
        SString text => $"\"{Encoding.UTF8.GetString(text.Bytes.AsSpan())}\"",
        SList list => depth == 0 ? "(…)" : $"({string.Join(' ', list.Items.Select(item => TextOf(item, depth - 1)))})",
        _ => "",
    };

    private static Val Vector(SList list)
    {
        (var shape, var lanes) = Lanes(list);
        UInt128 bits = 0;
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            bits |= (UInt128)NumberText.Read(lanes[lane], shape.Kind, shape.Width) << (lane * shape.Width);
        }

        return Val.V128(bits);
    }

    /// <summary>The shape and the lanes of a <c>v128.const</c>.</summary>
    /// <exception cref="SyntaxException">The shape is unknown, or there are too few or too many.</exception>
    internal static (VectorShape Shape, SAtom[] Lanes) Lanes(SList list)
    {
        var shape = list.Items is [_, SAtom name, ..] ? VectorShape.Find(name.Text) : null;
        SAtom[] lanes = [.. list.Items.Skip(2).OfType<SAtom>()];
        return shape is not null && lanes.Length == shape.Count && list.Items.Length == lanes.Length + 2
            ? (shape, lanes)
            : throw new SyntaxException(list.Line, $"{TextOf(list)} is no vector: a shape and as many lanes as it has were expected");
    }
}
