using System.Collections.Immutable;
using WasmActors.Conformance.Syntax;

namespace WasmActors.Conformance.Scripts;

/// <summary>Reads modules and instances.</summary>
internal static class ModuleReader
{
    /// <summary>Reads <c>(module definition? $id? …)</c>: the text itself, or a binary or a quote of strings.</summary>
    /// <param name="source">The script, comments reduced to ASCII.</param>
    /// <param name="form">The form.</param>
    /// <exception cref="SyntaxException">It is no module.</exception>
    public static ModuleSource Module(ReadOnlySpan<byte> source, SExpr form)
    {
        if (form is not SList { Head: "module" } list)
        {
            throw new SyntaxException(form.Line, $"{Values.LiteralReader.TextOf(form)} is no module");
        }

        int at = 1;
        bool definition = IsWord(list, at, "definition");
        at += definition ? 1 : 0;
        string? id = Id(list, at);
        at += id is null ? 0 : 1;
        ModuleForm kind = IsWord(list, at, "binary") ? ModuleForm.Binary : IsWord(list, at, "quote") ? ModuleForm.Quote : ModuleForm.Text;
        var bytes = kind == ModuleForm.Text
            ? Slice(source, list, definition ? list.Items[1] : null)
            : Strings(list, at + 1);
        return new ModuleSource(kind, id, definition, bytes, list.Line);
    }

    /// <summary>Reads a module to instantiate, or <c>(module instance $instance? $module?)</c>.</summary>
    /// <exception cref="SyntaxException">It is neither.</exception>
    public static InstanceSource Instance(ReadOnlySpan<byte> source, SExpr form)
    {
        if (IsInstance(form))
        {
            return Defined((SList)form);
        }

        var module = Module(source, form);
        return module.IsDefinition
            ? throw new SyntaxException(form.Line, "a module that is only defined stands where an instance is needed")
            : new InstanceSource.Inline(module);
    }

    /// <summary>Whether it is <c>(module instance …)</c>.</summary>
    public static bool IsInstance(SExpr form) => form is SList { Head: "module" } list && IsWord(list, 1, "instance");

    /// <summary>Reads <c>(module instance $instance? $module?)</c>; a single name is the module's.</summary>
    /// <exception cref="SyntaxException">It is none.</exception>
    public static InstanceSource.Defined Defined(SList list) => (list.Items.Length - 2, Id(list, 2), Id(list, 3)) switch
    {
        (0, _, _) => new InstanceSource.Defined(null, null),
        (1, { } module, _) => new InstanceSource.Defined(null, module),
        (2, { } instance, { } module) => new InstanceSource.Defined(instance, module),
        _ => throw new SyntaxException(list.Line, "(module instance $instance? $module?) was expected"),
    };

    /// <summary>The identifier at a place of a form, or null where there is none.</summary>
    public static string? Id(SList list, int at) =>
        at < list.Items.Length && list.Items[at] is SAtom { Text: ['$', ..] } atom ? atom.Text : null;

    /// <summary>A part of the script as text for a parser that is wary of odd characters: beyond ASCII only escapes are left.</summary>
    /// <param name="source">The script, comments reduced to ASCII.</param>
    /// <param name="whole">The part.</param>
    /// <param name="leftOut">A part of it to leave out, or null.</param>
    public static ImmutableArray<byte> Slice(ReadOnlySpan<byte> source, SExpr whole, SExpr? leftOut)
    {
        var bytes = ImmutableArray.CreateBuilder<byte>(whole.End - whole.Start);
        for (int i = whole.Start; i < whole.End; i++)
        {
            byte next = leftOut is not null && i >= leftOut.Start && i < leftOut.End ? (byte)' ' : source[i];
            if (next < 0x80)
            {
                bytes.Add(next);
            }
            else
            {
                bytes.Add((byte)'\\');
                bytes.Add(Digit(next >> 4));
                bytes.Add(Digit(next & 15));
            }
        }

        return bytes.DrainToImmutable();

        static byte Digit(int value) => (byte)"0123456789abcdef"[value];
    }

    private static bool IsWord(SList list, int at, string word) => at < list.Items.Length && list.Items[at] is SAtom atom && atom.Text == word;

    private static ImmutableArray<byte> Strings(SList list, int at)
    {
        var bytes = ImmutableArray.CreateBuilder<byte>();
        foreach (var item in list.Items.Skip(at))
        {
            bytes.AddRange(item is SString text ? text.Bytes.AsSpan() : throw new SyntaxException(item.Line, "a module's bytes stand in strings"));
        }

        return bytes.DrainToImmutable();
    }
}
