using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Guests;

/// <summary>Compiles C guests with the machine's clang and keeps the modules in the user's cache.</summary>
public static class ClangGuest
{
    private const string WasiProbe = "#include <stdlib.h>\nint main(void) { return malloc(1) == 0; }\n";
    private const string FreestandingProbe = "int one(void) { return 1; }\n";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly ConcurrentDictionary<string, Lazy<Task<GuestFile>>> Modules = new(StringComparer.Ordinal);

    /// <summary>Compiles a file of this project's <c>c</c> folder, e.g. <c>cat.c</c>.</summary>
    public static async Task<GuestFile> FileAsync(string fileName, GuestKind kind = GuestKind.Command)
    {
        var source = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "c", fileName));
        return await SourceAsync(source, kind);
    }

    /// <summary>Compiles a C source text.</summary>
    /// <param name="source">The C source text.</param>
    /// <param name="kind">What it is compiled into.</param>
    /// <param name="flags">Flags for clang besides those of the kind.</param>
    /// <exception cref="InvalidOperationException">clang refuses the source: an error of the test.</exception>
    public static Task<GuestFile> SourceAsync(string source, GuestKind kind, params ReadOnlySpan<string> flags)
    {
        ArgumentNullException.ThrowIfNull(source);
        string[] arguments = [.. FlagsOf(kind), .. flags];
        var key = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [.. arguments, source]))));
        return Modules.GetOrAdd(key, k => new Lazy<Task<GuestFile>>(() => CompileAsync(source, kind, arguments, k))).Value;
    }

    private static string[] FlagsOf(GuestKind kind) => kind switch
    {
        GuestKind.Command => ["--target=wasm32-wasi", "-O2"],
        GuestKind.Reactor => ["--target=wasm32-wasi", "-O2", "-mexec-model=reactor"],
        GuestKind.Freestanding => ["--target=wasm32", "-O2", "-nostdlib", "-Wl,--no-entry", "-Wl,--export-all"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static async Task<GuestFile> CompileAsync(string source, GuestKind kind, string[] arguments, string key)
    {
        var entry = GuestCache.Entry("clang", key + ".wasm");
        if (File.Exists(entry))
            return GuestFile.At(entry);

        string work;
        try
        {
            work = GuestCache.NewWorkFolder();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return GuestFile.Missing($"no module can be kept in {entry}: {e.Message}");
        }

        try
        {
            var run = await ClangAsync(source, arguments, work);
            if (run.Failure is null)
            {
                GuestCache.Publish(Path.Combine(work, "guest.wasm"), entry);
                return GuestFile.At(entry);
            }

            return await MissingAsync(run, kind, work) ?? throw new InvalidOperationException(run.Failure);
        }
        finally
        {
            GuestCache.Discard(work);
        }
    }

    // Whether the machine or the source is at fault: a minimal program tells.
    private static async Task<GuestFile?> MissingAsync(ToolResult failed, GuestKind kind, string work)
    {
        if (failed.NotInstalled)
            return GuestFile.Missing(failed.Failure!);

        var probe = kind == GuestKind.Freestanding ? FreestandingProbe : WasiProbe;
        var run = await ClangAsync(probe, FlagsOf(kind), work);
        var needed = kind == GuestKind.Freestanding ? "lld" : "lld, wasi-libc and compiler-rt for wasm32";
        return run.Failure is null ? null : GuestFile.Missing($"clang lacks what it needs here ({needed}): {run.Reason}");
    }

    private static async Task<ToolResult> ClangAsync(string source, string[] arguments, string work)
    {
        await File.WriteAllTextAsync(Path.Combine(work, "guest.c"), source);
        return await Tool.RunAsync("clang", [.. arguments, "guest.c", "-o", "guest.wasm"], work, Deadline);
    }
}
