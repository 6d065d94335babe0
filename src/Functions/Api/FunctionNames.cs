using System.Buffers;
using System.Text;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Api;

/// <summary>What functions, labels and keys may be called. Names never become paths, but look harmless where they
/// appear in one.</summary>
public static class FunctionNames
{
    /// <summary>Most characters of a function's name and of a label.</summary>
    public const int MaxName = 63;

    /// <summary>Most bytes of a key in UTF-8.</summary>
    public const int MaxKeyBytes = 256;

    /// <summary>Most bytes of an export's name in UTF-8.</summary>
    public const int MaxExportBytes = 512;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> s_labelCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+");

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a function can have this name: 1 to 63 of <c>a-z 0-9 - _</c>, the first a letter or a
    /// digit.</summary>
    public static bool IsName(string? name) =>
        name is { Length: >= 1 and <= MaxName }
        && name[0] is not ('-' or '_')
        && name.AsSpan().IndexOfAnyExcept(s_nameCharacters) < 0;

    /// <summary>Whether a version can have this label: 1 to 63 of <c>A-Z a-z 0-9 - _ . +</c>.</summary>
    public static bool IsLabel(string? label) =>
        label is { Length: >= 1 and <= MaxName } && label.AsSpan().IndexOfAnyExcept(s_labelCharacters) < 0;

    /// <summary>Whether this can be a key: 1 to 256 bytes of UTF-8 without control characters.</summary>
    public static bool IsKey(string? key) => IsText(key, MaxKeyBytes);

    /// <summary>Refuses what is no name of a function, see <see cref="IsName"/>.</summary>
    /// <exception cref="WasmError"><c>function.bad_name</c></exception>
    public static void Check(string? name)
    {
        if (!IsName(name))
        {
            throw new WasmError(FunctionErrorCode.BadName, $"'{GuestText.Clean(name ?? "", GuestText.NameLimit)}' is no name of a function: allowed are 1 to {MaxName} of a-z, 0-9, '-' and '_', the first a letter or a digit.");
        }
    }

    /// <exception cref="WasmError"><c>function.bad_key</c></exception>
    internal static void CheckKey(string key)
    {
        if (!IsKey(key))
        {
            throw new WasmError(FunctionErrorCode.BadKey, $"'{GuestText.Clean(key, GuestText.NameLimit)}' is no key: allowed are 1 to {MaxKeyBytes} bytes of UTF-8 without control characters.");
        }
    }

    /// <exception cref="WasmError"><c>export.not_found</c></exception>
    internal static void CheckExport(string export)
    {
        if (export.Length > MaxExportBytes || ByteCount(export) > MaxExportBytes)
        {
            throw new WasmError(ErrorCode.ExportNotFound, $"No export has the name '{GuestText.Clean(export, GuestText.NameLimit)}': longer than {MaxExportBytes} bytes of UTF-8, or no text.");
        }
    }

    private static bool IsText(string? text, int maxBytes) =>
        text is { Length: >= 1 } && text.Length <= maxBytes && !text.Any(char.IsControl) && ByteCount(text) <= maxBytes;

    // A lone surrogate is no text.
    private static int ByteCount(string text)
    {
        try
        {
            return s_strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return int.MaxValue;
        }
    }
}
