using System.Text.Unicode;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Modules;

/// <summary>A module's file, read.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Binary">The module in binary form.</param>
/// <param name="IsText">Whether the file holds the text form.</param>
/// <param name="FileBytes">Size of the file.</param>
internal sealed record ModuleFile(string Path, byte[] Binary, bool IsText, long FileBytes)
{
    private static ReadOnlySpan<byte> ComponentHeader => [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00];

    /// <summary>Reads a file.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public static async Task<ModuleFile> ReadAsync(string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
        {
            throw new WasmError(ErrorCode.ModuleUnreadable, $"{path} is a folder, not a module's file.");
        }

        return Read(path, await ModuleText.ReadFileAsync(path, cancellation).ConfigureAwait(false));
    }

    /// <summary>Makes a module of bytes, binary or text.</summary>
    /// <param name="path">Where they are from, for messages.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public static ModuleFile Read(string path, byte[] bytes)
    {
        Check(path, bytes);
        if (ModuleText.IsBinary(bytes))
        {
            return new ModuleFile(path, bytes, IsText: false, bytes.Length);
        }

        byte[] binary = Explain(path, () => ModuleText.ToBinary(bytes));
        return new ModuleFile(path, binary, IsText: true, bytes.Length);
    }

    private static void Check(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new WasmError(ErrorCode.ModuleInvalid, $"{path} is empty.");
        }

        if (bytes.StartsWith(ComponentHeader))
        {
            throw new WasmError(ErrorCode.ModuleInvalid, $"{path} is a component, not a core module: components cannot be run. Build it as a core module, for example for the target wasm32-wasip1.");
        }

        if (!ModuleText.IsBinary(bytes) && (bytes.Contains((byte)0) || !Utf8.IsValid(bytes)))
        {
            throw new WasmError(ErrorCode.ModuleInvalid, $"{path} is no WebAssembly module: it neither begins with the binary format's mark (\\0asm) nor is it text.");
        }
    }

    private static byte[] Explain(string path, Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (WasmError invalid)
        {
            throw Explained(path, invalid);
        }
    }

    /// <summary>Returns a failure with the file's name. The library keeps a message on one line; the compiler's own words have several.</summary>
    internal static WasmError Explained(string path, WasmError invalid) =>
        new(invalid.Code, $"{path}: {invalid.Message.Replace("\\n", "\n", StringComparison.Ordinal)}", invalid);
}
