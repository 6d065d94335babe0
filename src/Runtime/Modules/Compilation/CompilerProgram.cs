using System.Diagnostics;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>How the compiler program is started.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Hook">The assembly that makes it a compiler before its own code runs; null for a program that is one.</param>
internal sealed record CompilerProgram(string FileName, IReadOnlyList<string> Arguments, string? Hook = null)
{
    internal const string AssemblyName = "wasmactors-compile.dll";

    // What a process of .NET may need to start; nothing else of the parent's is passed on: a compiler that was taken over
    // must not find passwords there.
    private static readonly string[] s_passedOn = ["DOTNET_ROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"];

    // A program in a single file may unpack its libraries into a folder below one of these.
    private static readonly string[] s_passedOnToItself = ["DOTNET_BUNDLE_EXTRACT_BASE_DIR", "HOME"];

    /// <summary>
    /// Finds the compiler. A program that has the runtime with it, or is a single file, compiles in a second process of itself.
    /// For all others it is the program beside the library, run by the <c>dotnet</c> that runs this process.
    /// </summary>
    /// <exception cref="WasmError"><c>compiler.unavailable</c>: what is missing, and where it was looked for.</exception>
    public static CompilerProgram Find()
    {
        string runtime = typeof(WasmEngine).Assembly.Location;
        string embedding = typeof(Wasmtime.Engine).Assembly.Location;
        if (runtime.Length == 0 || embedding.Length == 0 || HasRuntimeWithIt())
        {
            return Itself();
        }

        string program = Path.Combine(Path.GetDirectoryName(runtime)!, AssemblyName);
        Require(program, "WasmActors.Runtime brings it along; copy it and wasmactors-compile.runtimeconfig.json there");
        Require(Path.ChangeExtension(program, "runtimeconfig.json"), "WasmActors.Runtime brings it along");
        return new CompilerProgram(FindDotnet(), ["exec", program, runtime, embedding, FindLibrary(embedding)]);
    }

    /// <summary>How the process is to be started: with pipes for everything, and hardly any environment.</summary>
    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(FileName, Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory) is { Length: > 0 } root ? root : "/",
        };
        start.Environment.Clear();
        foreach (string name in Hook is null ? s_passedOn : [.. s_passedOn, .. s_passedOnToItself])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        // No debugger's pipe in the folder for temporary files. No second mapping of compiled code, which is a file in memory: the
        // process may not make any.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        if (Hook is not null)
        {
            // As the settings of the compiler program: it lives for one module.
            start.Environment["DOTNET_STARTUP_HOOKS"] = Hook;
            start.Environment["DOTNET_gcServer"] = "0";
            start.Environment["DOTNET_gcConcurrent"] = "0";
            start.Environment["DOTNET_TieredPGO"] = "0";
        }

        return start;
    }

    private static bool HasRuntimeWithIt() => IsSameFolder(RuntimeEnvironment.GetRuntimeDirectory(), AppContext.BaseDirectory);

    private static CompilerProgram Itself()
    {
        if (AppContext.TryGetSwitch("System.StartupHookProvider.IsSupported", out bool supported) && !supported)
        {
            throw Missing("StartupHookSupport", "this program was published without it; publish with StartupHookSupport=true, and without trimming");
        }

        // A program that another one hosts must not be started a second time.
        if (Environment.ProcessPath is not { } self || !IsSameFolder(Path.GetDirectoryName(self)!, AppContext.BaseDirectory))
        {
            throw Missing("the program's own executable", $"this process runs {Environment.ProcessPath}, which is not in {AppContext.BaseDirectory}");
        }

        return new CompilerProgram(self, [], typeof(StartupHook).Assembly.GetName().Name);
    }

    private static bool IsSameFolder(string one, string other) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(one)),
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(other)),
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string FindDotnet()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // The runtime of this process is <dotnet's folder>/shared/Microsoft.NETCore.App/<version>/.
        string runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        string?[] candidates =
        [
            Path.Combine(runtime, "..", "..", "..", name),
            Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath : null,
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, name) : null,
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)),
        ];
        return candidates.FirstOrDefault(static c => File.Exists(c)) is { } found
            ? Path.GetFullPath(found)
            : throw Missing(name, "install .NET, or set DOTNET_ROOT to the folder that has it");
    }

    private static string FindLibrary(string embedding)
    {
        string name = OperatingSystem.IsWindows() ? "wasmtime.dll" : OperatingSystem.IsMacOS() ? "libwasmtime.dylib" : "libwasmtime.so";
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        IEnumerable<string> all =
        [
            .. folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            Path.GetDirectoryName(embedding)!,
            Path.Combine(Path.GetDirectoryName(embedding)!, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
        ];
        return all.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw Missing(name, "the package Wasmtime brings it along");
    }

    private static void Require(string file, string advice)
    {
        if (!File.Exists(file))
        {
            throw Missing(file, advice);
        }
    }

    private static WasmError Missing(string what, string advice) => new(
        ErrorCode.CompilerUnavailable,
        $"Modules cannot be compiled in a process of their own: {what} was not found ({advice}). Modules that are trusted can be compiled with CompileIsolation.InProcess.");
}
