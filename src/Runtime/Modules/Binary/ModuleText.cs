using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;

namespace WasmActors.Runtime.Modules.Binary;

/// <summary>Reads modules in whatever form they come, and turns the text format into the binary one.</summary>
public static class ModuleText
{
    private static ReadOnlySpan<byte> ScriptMark => "#!"u8;

    /// <summary>Whether the bytes begin with the binary format's mark, <c>\0asm</c>.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\0asm"u8);

    /// <summary>The binary form of a module in text form.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c> with the line and column.</exception>
    public static byte[] ToBinary(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ToBinary(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The binary form of a module in text form, UTF-8.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c> with the line and column.</exception>
    public static byte[] ToBinary(ReadOnlySpan<byte> text)
    {
        text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        if (!text.StartsWith(ScriptMark))
        {
            return ModuleTypes.TextToBinary(text);
        }

        // A comment in its place, so that lines keep their numbers.
        byte[] script = text.ToArray();
        ";;"u8.CopyTo(script);
        return ModuleTypes.TextToBinary(script);
    }

    /// <summary>A module without the first line that makes a file a script of Unix (<c>#!/usr/bin/env …</c>), if it is in binary form behind it.</summary>
    internal static byte[] WithoutScriptLine(byte[] bytes)
    {
        int end = bytes.AsSpan().StartsWith(ScriptMark) ? bytes.AsSpan().IndexOf((byte)'\n') + 1 : 0;
        return end > 0 && IsBinary(bytes.AsSpan(end)) ? bytes[end..] : bytes;
    }

    internal static byte[] ReadFile(string path)
    {
        try
        {
            return WithoutScriptLine(File.ReadAllBytes(path));
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            throw Unreadable(path, unreadable);
        }
    }

    internal static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return WithoutScriptLine(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            throw Unreadable(path, unreadable);
        }
    }

    /// <exception cref="WasmError"><c>module.unreadable</c></exception>
    internal static async Task<byte[]> ReadStreamAsync(Stream stream, CancellationToken cancellation)
    {
        try
        {
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellation).ConfigureAwait(false);
            return buffer.ToArray();
        }
        catch (IOException unreadable)
        {
            throw Unreadable("the stream", unreadable);
        }
    }

    internal static byte[] ReadStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            return buffer.ToArray();
        }
        catch (IOException unreadable)
        {
            throw Unreadable("the stream", unreadable);
        }
    }

    private static bool IsUnreadable(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static WasmError Unreadable(string what, Exception cause) =>
        new(ErrorCode.ModuleUnreadable, $"The module cannot be read from {what}: {cause.Message}", cause);
}
