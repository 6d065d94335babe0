using System.Text;
using WasmActors.Conformance.Syntax;

namespace WasmActors.Conformance.Tests.Syntax;

/// <summary>Scripts are split as the text format says, and what breaks off is never taken for an end.</summary>
public sealed class SExprReaderTests
{
    [Fact]
    public void Lists_atoms_and_strings_know_where_they_stand()
    {
        var forms = Read("(a\n  (b \"c\"))\nd");

        var list = Assert.IsType<SList>(forms[0]);
        Assert.Equal((0, 13, 1, "a"), (list.Start, list.End, list.Line, list.Head));
        var inner = Assert.IsType<SList>(list.Items[1]);
        Assert.Equal((5, 12, 2, "b"), (inner.Start, inner.End, inner.Line, inner.Head));
        Assert.Equal(new SAtom(14, 15, 3, "d"), forms[1]);
    }

    [Theory]
    [InlineData("(a (; b ;) c)")]
    [InlineData("(a (; b (; nested ;) \" ) ;) c)")]
    [InlineData("(a (;(;;);) c)")]
    [InlineData("(a ;; b ) (\n c)")]
    [InlineData("(a ;; b\r c)")]
    [InlineData("(a;;b\n c)")]
    [InlineData("(a(;b;)c)")]
    [InlineData("(;;)(a c);;")]
    [InlineData("\uFEFF(a c)")]
    [InlineData("(a ;; Würstchen\n c)")]
    public void Comments_are_skipped(string text)
    {
        var list = Assert.IsType<SList>(Assert.Single(Read(text)));
        Assert.Equal(["a", "c"], list.Items.Select(static item => Assert.IsType<SAtom>(item).Text), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("(a (@note) c)")]
    [InlineData("(a (@note ( ) , ; [ ] { } \")\" (; ) ;) ;; )\n x) c)")]
    [InlineData("(a (@\"a note\" (b)) c)")]
    [InlineData("(@note (module)) (a c)")]
    public void Annotations_are_skipped(string text)
    {
        var list = Assert.IsType<SList>(Assert.Single(Read(text)));
        Assert.Equal(["a", "c"], list.Items.Select(static item => Assert.IsType<SAtom>(item).Text), StringComparer.Ordinal);
    }

    [Fact]
    public void Lines_are_counted_in_comments_too() =>
        Assert.Equal(4, Assert.Single(Read("(;\n\n;)\n(a)")).Line);

    [Theory]
    [InlineData("""
        "a\t\n\r\"\'\\b"
        """, "a\t\n\r\"'\\b")]
    [InlineData("""
        "\41\u{42}\u{1F600}\c3\a9"
        """, "AB\U0001F600é")]
    [InlineData("\"(;no comment;) ;; nor this\"", "(;no comment;) ;; nor this")]
    [InlineData("\"\"", "")]
    public void Escapes_of_strings_are_resolved(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<SString>(Assert.Single(Read(text))).Name);

    [Fact]
    public void A_string_may_hold_any_bytes_but_a_name_must_be_utf8()
    {
        var text = Assert.IsType<SString>(Assert.Single(Read("\"\\00\\ff\"")));

        Assert.Equal<byte>([0x00, 0xFF], text.Bytes.ToArray());
        Assert.Throws<SyntaxException>(() => text.Name);
    }

    [Theory]
    [InlineData("$\"a b\"", "$a b")]
    [InlineData("$\"\\41B\"", "$AB")]
    [InlineData("$a!#%&'*+-./:<=>?@\\^_`|~b", "$a!#%&'*+-./:<=>?@\\^_`|~b")]
    public void Identifiers_may_be_quoted(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<SAtom>(Assert.Single(Read(text))).Text);

    [Theory]
    [InlineData("(a", 1)]
    [InlineData("(a)\n(b (c)", 2)]
    [InlineData("(a)\n)", 2)]
    [InlineData("(; (; ;)", 1)]
    [InlineData("(a \"b", 1)]
    [InlineData("\"b\n\"", 1)]
    [InlineData("\"\\q\"", 1)]
    [InlineData("\"\\u{110000}\"", 1)]
    [InlineData("\"\\u{d800}\"", 1)]
    [InlineData("\"\\u41\"", 1)]
    [InlineData("\"\\4\"", 1)]
    [InlineData("(a)\n(@note", 2)]
    [InlineData("\u0001", 1)]
    public void What_breaks_off_is_told_with_its_line(string text, int line) =>
        Assert.Equal(line, Assert.Throws<SyntaxException>(() => Read(text)).Line);

    private static List<SExpr> Read(string text)
    {
        var reader = new SExprReader(Encoding.UTF8.GetBytes(text));
        var forms = new List<SExpr>();
        while (reader.Next() is { } form)
        {
            forms.Add(form);
        }

        return forms;
    }
}
