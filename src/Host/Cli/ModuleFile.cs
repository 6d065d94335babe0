using System.Text.Unicode;
using WasmActors.Host.Cli.Output;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Host.Cli;

/// <summary>A module's file, read.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Binary">The module in binary form.</param>
/// <param name="IsText">Whether the file holds the text form.</param>
/// <param name="FileBytes">Size of the file.</param>
internal sealed record ModuleFile(string Path, byte[] Binary, bool IsText, long FileBytes)
{
    private static ReadOnlySpan<byte> ComponentHeader => [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00];

    /// <summary>The name by which standard input is read.</summary>
    public const string StandardInput = "-";

    // More than any module has; so that an endless input does not take all memory.
    private const int MostBytes = 1 << 30;

    /// <summary>Reads a file, or standard input to its end for the name <c>-</c>.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public static async Task<ModuleFile> ReadAsync(string path, Terminal terminal, CancellationToken cancellation)
    {
        if (path == StandardInput)
        {
            return Read("standard input", await ReadInputAsync(terminal, cancellation).ConfigureAwait(false));
        }

        return await ReadAsync(path, cancellation).ConfigureAwait(false);
    }

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

    private static ModuleFile Read(string path, byte[] bytes)
    {
        Check(path, bytes);
        if (ModuleText.IsBinary(bytes))
        {
            return new ModuleFile(path, bytes, IsText: false, bytes.Length);
        }

        byte[] binary = Explain(path, () => ModuleText.ToBinary(bytes));
        return new ModuleFile(path, binary, IsText: true, bytes.Length);
    }

    /// <summary>Compiles it or takes it out of the cache; shows progress when that takes a while.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public async Task<WasmModule> CompileAsync(ModuleCache modules, Terminal terminal, CancellationToken cancellation)
    {
        string name = System.IO.Path.GetFileName(Path);
        try
        {
            return await Progress.ShowAsync(terminal, $"Compiling {name}", modules.GetAsync(Binary, name, cancellation)).ConfigureAwait(false);
        }
        catch (WasmError invalid) when (invalid.Code == ErrorCode.ModuleInvalid)
        {
            throw Explained(Path, invalid);
        }
    }

    // Reading a terminal or a pipe does not end by cancellation.
    private static async Task<byte[]> ReadInputAsync(Terminal terminal, CancellationToken cancellation)
    {
        var input = terminal.OpenInput();
        await using (input.ConfigureAwait(false))
        {
            using var all = new MemoryStream();
            byte[] part = new byte[81920];
            try
            {
                while (await input.ReadAsync(part, cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false) is > 0 and int count)
                {
                    all.Write(part, 0, count);
                    if (all.Length > MostBytes)
                    {
                        throw new WasmError(ErrorCode.ModuleTooLarge, $"Standard input has more than {MostBytes >> 20} MiB, the most that a module may have.");
                    }
                }
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new WasmError(ErrorCode.ModuleUnreadable, $"The module cannot be read from standard input: {unreadable.Message}", unreadable);
            }

            return ModuleText.WithoutScriptLine(all.ToArray());
        }
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

    // The library keeps a message on one line; the compiler's own words are meant for several.
    private static WasmError Explained(string path, WasmError invalid) =>
        new(invalid.Code, $"{path}: {invalid.Message.Replace("\\n", "\n", StringComparison.Ordinal)}", invalid);
}
