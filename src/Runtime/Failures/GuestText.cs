using System.Text;

namespace WasmActors.Runtime.Failures;

/// <summary>Makes text that a guest controls (names, messages) safe to log and to show: bounded, and without control characters.</summary>
internal static class GuestText
{
    internal const int MessageLimit = 4096;
    internal const int NameLimit = 256;

    /// <summary>Escapes control characters as <c>\xNN</c> and cuts after <paramref name="limit"/> characters.</summary>
    internal static string Clean(string text, int limit)
    {
        bool clean = text.Length <= limit;
        for (int i = 0; clean && i < text.Length; i++)
        {
            clean = !IsUnsafe(text, i);
        }

        return clean ? text : Escape(text, limit);
    }

    /// <summary>The message of somebody else's exception, safe in the same way: an exception may even throw when it is asked for it.</summary>
    internal static string MessageOf(Exception exception)
    {
        try
        {
            return Clean(exception.Message ?? "", MessageLimit);
        }
        catch (Exception broken)
        {
            return $"(its message could not be read: {broken.GetType().Name})";
        }
    }

    private static string Escape(string text, int limit)
    {
        var builder = new StringBuilder(Math.Min(text.Length, limit) + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (builder.Length >= limit && !IsSecondHalf(text, i))
            {
                builder.Append('…');
                break;
            }

            if (c == '\n')
            {
                builder.Append("\\n");
            }
            else if (IsUnsafe(text, i))
            {
                builder.Append(c < 256 ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}");
            }
            else
            {
                builder.Append(c);
            }
        }

        return builder.ToString();
    }

    // Control characters, line and paragraph separators, the marks that turn the direction of text, and halves of characters.
    private static bool IsUnsafe(string text, int index)
    {
        char c = text[index];
        return c < 0x200 ? char.IsControl(c)
            : char.IsSurrogate(c) ? !IsFirstHalf(text, index) && !IsSecondHalf(text, index)
            : c is '\u061c' or '\u200e' or '\u200f' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
    }

    private static bool IsFirstHalf(string text, int index) => index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]);

    private static bool IsSecondHalf(string text, int index) => index > 0 && char.IsSurrogatePair(text[index - 1], text[index]);
}
