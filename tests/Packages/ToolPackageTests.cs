using System.Diagnostics;
using WasmActors.Processes;

namespace WasmActors.Packages.Tests;

/// <summary>The tool, installed from its package, and published with its runtime.</summary>
[Collection(nameof(PackedPackages))]
public sealed class ToolPackageTests(PackedPackages packages)
{
    private static string Executable => OperatingSystem.IsWindows() ? "wasmactors.exe" : "wasmactors";

    [SkippableFact]
    public async Task The_installed_tool_runs_and_serves_functions()
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        string tools = packages.NewFolder("tools");
        await Run.DotnetAsync(
            tools, "tool", "install", "WasmActors.Tool", "--version", packages.Version, "--tool-path", tools,
            "--configfile", packages.NuGetConfig);
        await UseAsync(Path.Combine(tools, Executable), static _ => { });
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_with_its_runtime_needs_no_dotnet(bool singleFile)
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        string folder = packages.NewFolder(singleFile ? "single" : "contained");
        await Run.DotnetAsync(
            Checkout.Root, "publish", Checkout.In("src", "Host"), "-c", Checkout.Configuration,
            "-r", PackedPackages.Rid, "--self-contained", $"-p:PublishSingleFile={singleFile}", 
            "-p:BuildProjectReferences=false", "-o", folder, "-v", "q");
        Assert.Equal(!singleFile, File.Exists(Path.Combine(folder, "wasmactors.dll")));
        await UseAsync(Path.Combine(folder, Executable), static start =>
        {
            start.Environment.Clear();
            start.Environment["PATH"] = "/nowhere";
        });
    }

    private async Task UseAsync(string program, Action<ProcessStartInfo> prepare)
    {
        string folder = packages.NewFolder(Guid.NewGuid().ToString("N"));
        File.Copy(Checkout.In("samples", "guests", "fib.wat"), Path.Combine(folder, "fib.wat"));
        ProcessStartInfo Start(params string[] args)
        {
            var start = new ProcessStartInfo(program, args) { WorkingDirectory = folder };
            prepare(start);
            start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
            return start;
        }

        async Task Answers(string expected, params string[] args)
        {
            var run = await Run.OfAsync(Start(args));
            Assert.True(
                run.ExitCode == 0,
                $"{string.Join(' ', args)} ended with {run.ExitCode}:\n{run.Output}\n{run.Error}");
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        }

        await Answers("832040", "run", "fib.wat", "--invoke", "fib", "30");
        await Answers("832040", "run", "--isolate", "--no-cache", "fib.wat", "--invoke", "fib", "30");
        await using var server = await ServerProcess.StartAsync(
            Start("serve", "--open", "--data", "data", "--url", "http://127.0.0.1:0"));
        string url = server.Address.GetLeftPart(UriPartial.Authority);
        await Answers("fib", "deploy", "fib.wat", "--server", url);
        await Answers("832040", "call", "fib", "fib", "30", "--server", url);
    }
}
