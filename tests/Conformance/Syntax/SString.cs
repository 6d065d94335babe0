using System.Collections.Immutable;
using System.Text;

namespace WasmActors.Conformance.Syntax;

/// <summary>A string, its escapes resolved: any bytes.</summary>
internal sealed record SString(int Start, int End, int Line, ImmutableArray<byte> Bytes) : SExpr(Start, End, Line)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes as a name.</summary>
    /// <exception cref="SyntaxException">They are no UTF-8.</exception>
    public string Name
    {
        get
        {
            try
            {
                return s_strict.GetString(Bytes.AsSpan());
            }
            catch (DecoderFallbackException)
            {
                throw new SyntaxException(Line, "a name is no UTF-8");
            }
        }
    }
}
