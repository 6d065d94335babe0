using System.Text;
using WasmActors.Runtime.Calls;

namespace WasmActors.Runtime.Stores;

/// <summary>Text in linear memory: UTF-8 unless another encoding is named; bytes that are no such text are an error.</summary>
internal static class StrictText
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16 = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);

    internal static byte[] Encode(string text, Encoding? encoding) => (encoding ?? s_utf8).GetBytes(text);

    /// <exception cref="WasmError"><c>memory.bad_text</c></exception>
    internal static string Decode(ReadOnlySpan<byte> bytes, long address, Encoding? encoding)
    {
        Encoding strict = encoding switch { null or UTF8Encoding => s_utf8, UnicodeEncoding => s_utf16, _ => encoding };
        try
        {
            return strict.GetString(bytes);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new WasmError(ErrorCode.BadText, $"The {bytes.Length} bytes at {address} are not valid {strict.WebName}: {invalid.Message}", invalid);
        }
    }
}
