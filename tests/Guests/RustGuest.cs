using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Guests;

/// <summary>Compiles Rust programs for WASI with the machine's rustc, and keeps the modules in the user's cache.</summary>
public static class RustGuest
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    // Debian's has the older name, with the package libstd-rust-dev-wasm32; rustup's may hide it.
    private static readonly (string Compiler, string Target)[] Compilers =
        [("rustc", "wasm32-wasip1"), ("/usr/bin/rustc", "wasm32-wasip1"), ("/usr/bin/rustc", "wasm32-wasi")];

    /// <summary>Compiles a source text into a program. The file's own name in panics is <c>guest.rs</c>.</summary>
    public static async Task<GuestFile> SourceAsync(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        string entry = GuestCache.Entry("rust", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))) + ".wasm");
        if (File.Exists(entry))
            return GuestFile.At(entry);

        string reason = "rustc is not installed";
        string work = GuestCache.NewWorkFolder();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(work, "guest.rs"), source);
            foreach (var (compiler, target) in Compilers)
            {
                var run = await Tool.RunAsync(compiler, ["--edition=2021", "--target", target, "guest.rs", "-o", "guest.wasm"], work, Deadline);
                if (run.Failure is null)
                {
                    GuestCache.Publish(Path.Combine(work, "guest.wasm"), entry);
                    return GuestFile.At(entry);
                }

                reason = run.NotInstalled ? reason : run.Reason!;
            }

            return GuestFile.Missing($"Rust programs for WASI can't be compiled: {reason}");
        }
        finally
        {
            GuestCache.Discard(work);
        }
    }
}
