using WasmActors.Host.Cli.Output;
using WasmActors.Host.Modules;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Host.Cli;

/// <summary>Reads and compiles the module that a command line names.</summary>
internal static class ModuleInput
{
    /// <summary>The name by which standard input is read.</summary>
    public const string StandardInput = "-";

    // More than any module has, so that an endless input does not use all memory.
    private const int MostBytes = 1 << 30;

    /// <summary>Reads a file, or standard input to its end for the name <c>-</c>.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public static async Task<ModuleFile> ReadAsync(string path, Terminal terminal, CancellationToken cancellation) =>
        path == StandardInput
            ? ModuleFile.Read("standard input", await ReadInputAsync(terminal, cancellation).ConfigureAwait(false))
            : await ModuleFile.ReadAsync(path, cancellation).ConfigureAwait(false);

    /// <summary>Compiles a module or takes it out of the cache, and shows progress if that takes a while.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public static async Task<WasmModule> CompileAsync(
        this ModuleFile file,
        ModuleCache modules,
        Terminal terminal,
        CancellationToken cancellation)
    {
        string name = Path.GetFileName(file.Path);
        try
        {
            var compiling = modules.GetAsync(file.Binary, name, cancellation);
            return await Progress.ShowAsync(terminal, $"Compiling {name}", compiling).ConfigureAwait(false);
        }
        catch (WasmError invalid) when (invalid.Code == ErrorCode.ModuleInvalid)
        {
            throw ModuleFile.Explained(file.Path, invalid);
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
                        throw new WasmError(
                            ErrorCode.ModuleTooLarge,
                            $"Standard input has more than {MostBytes >> 20} MiB, the most that a module may have.");
                    }
                }
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new WasmError(
                    ErrorCode.ModuleUnreadable,
                    $"The module cannot be read from standard input: {unreadable.Message}",
                    unreadable);
            }

            return ModuleText.WithoutScriptLine(all.ToArray());
        }
    }
}
