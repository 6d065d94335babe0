using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace WasmActors.Conformance.Syntax;

/// <summary>Splits a script into S-expressions that know where they stand. Comments and annotations are skipped.</summary>
internal sealed class SExprReader
{
    private readonly byte[] _source;
    private int _at;
    private int _line = 1;

    /// <param name="source">The script; comments in it are changed to ASCII where they stand, see <see cref="Source"/>.</param>
    public SExprReader(byte[] source)
    {
        _source = source;
        _at = source.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    /// <summary>The script, its comments reduced to ASCII as far as it has been read: what a parser that is wary of odd characters
    /// in comments needs to see, without a change in meaning or in any offset.</summary>
    public ReadOnlySpan<byte> Source => _source;

    /// <summary>The next expression at the top, or null at the end.</summary>
    /// <exception cref="SyntaxException">The script breaks off, or a parenthesis is too many.</exception>
    public SExpr? Next()
    {
        var open = new Stack<Level>();
        while (true)
        {
            SkipSpace();
            if (_at >= _source.Length)
            {
                return open.TryPeek(out var unclosed)
                    ? throw new SyntaxException(unclosed.Line, "a parenthesis is never closed: the script breaks off")
                    : null;
            }

            SExpr? done = null;
            switch (_source[_at])
            {
                case (byte)'(' when Peek(1) == '@':
                    SkipAnnotation();
                    break;
                case (byte)'(':
                    open.Push(new Level(_at++, _line, ImmutableArray.CreateBuilder<SExpr>()));
                    break;
                case (byte)')':
                    if (!open.TryPop(out var level))
                    {
                        throw new SyntaxException(_line, "a parenthesis is closed that was never opened");
                    }

                    done = new SList(level.Start, ++_at, level.Line, level.Items.DrainToImmutable());
                    break;
                case (byte)'"':
                    done = ReadString();
                    break;
                default:
                    done = ReadAtom();
                    break;
            }

            if (done is not null && open.Count == 0)
            {
                return done;
            }

            if (done is not null)
            {
                open.Peek().Items.Add(done);
            }
        }
    }

    private SString ReadString()
    {
        int start = _at;
        var bytes = StringLiteral.Read(_source, start, _line, out _at);
        return new SString(start, _at, _line, bytes);
    }

    private SAtom ReadAtom()
    {
        int start = _at++;
        if (_source[start] is (byte)',' or (byte)';' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}')
        {
            return new SAtom(start, _at, _line, ((char)_source[start]).ToString());
        }

        while (_at < _source.Length && _source[_at] is > 0x20 and not ((byte)'(' or (byte)')' or (byte)'"' or (byte)';'))
        {
            _at++;
        }

        string text = Encoding.UTF8.GetString(_source.AsSpan(start.._at));
        return text == "$" && Peek(0) == '"'
            ? new SAtom(start, _at, _line, "$" + ReadString().Name) with { End = _at }
            : new SAtom(start, _at, _line, text);
    }

    private void SkipSpace()
    {
        while (_at < _source.Length)
        {
            switch ((char)_source[_at])
            {
                case '\n':
                    _line++;
                    _at++;
                    break;
                case ' ' or '\t' or '\r':
                    _at++;
                    break;
                case ';' when Peek(1) == ';':
                    SkipLineComment();
                    break;
                case '(' when Peek(1) == ';':
                    SkipBlockComment();
                    break;
                case < ' ':
                    throw new SyntaxException(_line, $"the control character 0x{_source[_at]:x2} stands where none may be");
                default:
                    return;
            }
        }
    }

    private void SkipLineComment()
    {
        while (_at < _source.Length && _source[_at] is not ((byte)'\n' or (byte)'\r'))
        {
            SkipCommented();
        }
    }

    private void SkipBlockComment()
    {
        int depth = 0;
        int line = _line;
        do
        {
            if (_at >= _source.Length)
            {
                throw new SyntaxException(line, "a comment is never closed: the script breaks off");
            }

            if (_source[_at] == '(' && Peek(1) == ';')
            {
                depth++;
                _at += 2;
            }
            else if (_source[_at] == ';' && Peek(1) == ')')
            {
                depth--;
                _at += 2;
            }
            else
            {
                _line += _source[_at] == '\n' ? 1 : 0;
                SkipCommented();
            }
        }
        while (depth > 0);
    }

    private void SkipCommented()
    {
        if (_source[_at] >= 0x80)
        {
            _source[_at] = (byte)'?';
        }

        _at++;
    }

    // (@id token… ), with parentheses that match.
    private void SkipAnnotation()
    {
        int line = _line;
        int depth = 0;
        do
        {
            SkipSpace();
            switch (Peek(0))
            {
                case -1:
                    throw new SyntaxException(line, "an annotation is never closed: the script breaks off");
                case '(':
                    depth++;
                    _at++;
                    break;
                case ')':
                    depth--;
                    _at++;
                    break;
                case '"':
                    _ = ReadString();
                    break;
                default:
                    _ = ReadAtom();
                    break;
            }
        }
        while (depth > 0);
    }

    private int Peek(int ahead) => _at + ahead < _source.Length ? _source[_at + ahead] : -1;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Level(int Start, int Line, ImmutableArray<SExpr>.Builder Items);
}
