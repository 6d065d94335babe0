using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace WasmActors.Conformance.Syntax;

/// <summary>Resolves the escapes of a string.</summary>
internal static class StringLiteral
{
    /// <summary>Reads a string that begins at a quotation mark.</summary>
    /// <param name="source">The script.</param>
    /// <param name="start">Offset of the opening quotation mark.</param>
    /// <param name="line">Its line.</param>
    /// <param name="end">Offset of the byte after the closing one.</param>
    /// <exception cref="SyntaxException">It does not end on its line, or an escape is none.</exception>
    public static ImmutableArray<byte> Read(ReadOnlySpan<byte> source, int start, int line, out int end)
    {
        var bytes = ImmutableArray.CreateBuilder<byte>();
        int at = start + 1;
        while (at < source.Length)
        {
            byte next = source[at++];
            switch (next)
            {
                case (byte)'"':
                    end = at;
                    return bytes.DrainToImmutable();
                case (byte)'\\':
                    ReadEscape(source, ref at, line, bytes);
                    break;
                case < 0x20 or 0x7F:
                    throw new SyntaxException(line, $"a string holds the control character 0x{next:x2}");
                default:
                    bytes.Add(next);
                    break;
            }
        }

        throw new SyntaxException(line, "a string does not end");
    }

    private static void ReadEscape(ReadOnlySpan<byte> source, ref int at, int line, ImmutableArray<byte>.Builder bytes)
    {
        char kind = at < source.Length ? (char)source[at++] : '\0';
        switch (kind)
        {
            case 't':
                bytes.Add((byte)'\t');
                break;
            case 'n':
                bytes.Add((byte)'\n');
                break;
            case 'r':
                bytes.Add((byte)'\r');
                break;
            case '"' or '\'' or '\\':
                bytes.Add((byte)kind);
                break;
            case 'u':
                ReadCodePoint(source, ref at, line, bytes);
                break;
            default:
                if (!char.IsAsciiHexDigit(kind) || at >= source.Length || !char.IsAsciiHexDigit((char)source[at]))
                {
                    throw new SyntaxException(line, $"a string holds the escape \\{kind}, which is none");
                }

                bytes.Add((byte)((Convert.ToInt32(kind.ToString(), 16) << 4) | Convert.ToInt32(((char)source[at++]).ToString(), 16)));
                break;
        }
    }

    private static void ReadCodePoint(ReadOnlySpan<byte> source, ref int at, int line, ImmutableArray<byte>.Builder bytes)
    {
        int close = at < source.Length && source[at] == '{' ? source[at..].IndexOf((byte)'}') : -1;
        string digits = close < 0 ? "" : Encoding.Latin1.GetString(source.Slice(at + 1, close - 1)).Replace("_", "", StringComparison.Ordinal);
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || !Rune.TryCreate(value, out var rune))
        {
            throw new SyntaxException(line, "a string holds an escape \\u{…} that is no character");
        }

        Span<byte> utf8 = stackalloc byte[4];
        bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        at += close + 1;
    }
}
