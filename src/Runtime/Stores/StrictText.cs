using System.Text;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Stores;

/// <summary>Text in linear memory: UTF-8 unless another encoding is named; bytes that are no such text are an error.</summary>
internal static class StrictText
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16 = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);

    /// <exception cref="WasmError"><c>memory.bad_text</c>: the encoding has no form for a character, or the text has half of a surrogate pair.</exception>
    internal static byte[] Encode(string text, Encoding? encoding)
    {
        Encoding strict = Strict(encoding);
        try
        {
            return strict.GetBytes(text);
        }
        catch (EncoderFallbackException invalid)
        {
            throw new WasmError(
                ErrorCode.BadText,
                $"The text cannot be written as {strict.WebName}: that has no form for its character {invalid.Index} (U+{(int)text[invalid.Index]:X4}). Nothing was written.",
                invalid);
        }
    }

    /// <exception cref="WasmError"><c>memory.bad_text</c></exception>
    internal static string Decode(ReadOnlySpan<byte> bytes, long address, Encoding? encoding)
    {
        Encoding strict = Strict(encoding);
        try
        {
            return strict.GetString(bytes);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new WasmError(ErrorCode.BadText, $"The {bytes.Length} bytes at {address} are not valid {strict.WebName}: {invalid.Message}", invalid);
        }
    }

    private static Encoding Strict(Encoding? encoding)
    {
        switch (encoding?.CodePage)
        {
            case null or 65001:
                return s_utf8;
            case 1200:
                return s_utf16;
            default:
                var strict = (Encoding)encoding!.Clone();
                strict.EncoderFallback = EncoderFallback.ExceptionFallback;
                strict.DecoderFallback = DecoderFallback.ExceptionFallback;
                return strict;
        }
    }
}
