using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Guests;

/// <summary>Compiles AssemblyScript with its compiler, which npm installs at test time, and keeps the modules in the user's cache.</summary>
public static class AssemblyScriptGuest
{
    private const string Compiler = "assemblyscript@0.28.20";
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CompileDeadline = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<GuestFile>> Installed = new(InstallAsync);

    /// <summary>Compiles a source text.</summary>
    /// <exception cref="InvalidOperationException">The compiler refuses the source: an error of the test.</exception>
    public static async Task<GuestFile> SourceAsync(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        string entry = GuestCache.Entry("assemblyscript", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Compiler}\0{source}"))) + ".wasm");
        if (File.Exists(entry))
            return GuestFile.At(entry);

        var compiler = await Installed.Value;
        if (compiler.IsMissing)
            return compiler;

        string work = GuestCache.NewWorkFolder();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(work, "guest.ts"), source);
            var run = await Tool.RunAsync("node", [compiler.Path, "guest.ts", "-o", "guest.wasm", "--optimize"], work, CompileDeadline);
            if (run.NotInstalled)
                return GuestFile.Missing(run.Failure!);

            if (run.Failure is not null)
                throw new InvalidOperationException(run.Failure);

            GuestCache.Publish(Path.Combine(work, "guest.wasm"), entry);
            return GuestFile.At(entry);
        }
        finally
        {
            GuestCache.Discard(work);
        }
    }

    private static async Task<GuestFile> InstallAsync()
    {
        string entry = GuestCache.Entry("assemblyscript", Compiler);
        string main = Path.Combine(entry, "node_modules", "assemblyscript", "bin", "asc.js");
        if (File.Exists(main))
            return GuestFile.At(main);

        string work = GuestCache.NewWorkFolder();
        try
        {
            string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            string[] arguments =
            [
                "install", "--prefix", ".", Compiler, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier",
                "--fetch-retries=1", "--fetch-timeout=60000",
            ];
            var run = await Tool.RunAsync(npm, arguments, work, InstallDeadline);
            if (run.Failure is not null)
                return GuestFile.Missing($"{Compiler} can't be installed: {run.Reason}");

            GuestCache.Publish(work, entry);
            return GuestFile.At(main);
        }
        finally
        {
            if (Directory.Exists(work))
                GuestCache.Discard(work);
        }
    }
}
