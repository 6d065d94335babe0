using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Guests;

/// <summary>Ruby as a function of bytes: npm's interpreter merged with <c>samples/guests/ruby</c>, and kept in the user's cache.</summary>
/// <remarks>The merging tool is Binaryen's, which npm has as JavaScript; node runs it.</remarks>
public static class RubyGuest
{
    private const string Package = "@ruby/3.4-wasm-wasi";
    private const string Version = "2.10.1";
    private const string BinaryenVersion = "132.0.0";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<GuestFile>> Merged = new(MergeAsync);

    /// <summary>The function.</summary>
    public static Task<GuestFile> FunctionAsync() => Merged.Value;

    private static async Task<GuestFile> MergeAsync()
    {
        string function = Path.Combine(AppContext.BaseDirectory, "ruby", "function.wat");
        string noJavaScript = Path.Combine(AppContext.BaseDirectory, "ruby", "no-javascript.wat");
        string sources = $"{Version}\0{BinaryenVersion}\0{await File.ReadAllTextAsync(function)}\0{await File.ReadAllTextAsync(noJavaScript)}";
        string entry = GuestCache.Entry("ruby", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sources))) + ".wasm");
        if (File.Exists(entry))
            return GuestFile.At(entry);

        var interpreter = await NpmPackage.FileAsync(Package, Version, "dist/ruby.wasm");
        var tool = interpreter.IsMissing ? interpreter : await NpmPackage.FileAsync("binaryen", BinaryenVersion, "bin/wasm-merge");
        if (tool.IsMissing)
            return tool;

        string work = GuestCache.NewWorkFolder();
        try
        {
            string[] arguments =
            [
                tool.Path, interpreter.Path!, "ruby", function, "canonical_abi", noJavaScript, "rb-js-abi-host",
                "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext", "-o", "ruby.wasm",
            ];
            var run = await Tool.RunAsync("node", arguments, work, Deadline);
            if (run.NotInstalled)
                return GuestFile.Missing(run.Failure!);

            if (run.Failure is not null)
                throw new InvalidOperationException(run.Failure);

            GuestCache.Publish(Path.Combine(work, "ruby.wasm"), entry);
            return GuestFile.At(entry);
        }
        finally
        {
            GuestCache.Discard(work);
        }
    }
}
