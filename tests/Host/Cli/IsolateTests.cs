using System.Diagnostics;
using System.Text;

namespace WasmActors.Host.Tests.Cli;

/// <summary><c>--isolate</c>, in the program as it is built and as it is published: the compiler comes along.</summary>
public sealed class IsolateTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Two = "(module (func (export \"two\") (result i32) i32.const 2))";

    [Fact]
    public async Task A_module_is_compiled_in_a_process_of_its_own()
    {
        string path = folder.Write("two.wat", Encoding.UTF8.GetBytes(Two));
        Assert.Equal("2", (await ProgramRun.Of(folder, ["run", "--isolate", "--no-cache", "--invoke", "two", path])).Text.Trim());

        var compiled = await ProgramRun.Of(folder, ["compile", "--isolate", path]);
        Assert.Equal((0, ""), (compiled.ExitCode, compiled.Error));
    }

    [Fact]
    public async Task A_module_that_is_too_large_is_refused_only_where_it_is_isolated()
    {
        string types = string.Concat(Enumerable.Repeat("(memory 1)", 9));
        string path = folder.Write("nine.wat", Encoding.UTF8.GetBytes($"(module {types})"));
        var refused = await ProgramRun.Of(folder, ["inspect", "--isolate", path]);
        Assert.Equal((71, "module.too_large"), (refused.ExitCode, refused.Code));
        Assert.Contains("Leave --isolate out", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ProgramRun.Of(folder, ["inspect", path])).ExitCode);
    }

    [SkippableFact]
    public async Task The_published_program_finds_its_compiler()
    {
        string? project = Project();
        Skip.If(project is null, "the sources are not beside the tests");
        string published = Path.Combine(folder.Path, "published");
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var (exitCode, output) = await RunAsync("dotnet", ["publish", project!, "--no-build", "--configuration", configuration, "--output", published]);
        Assert.True(exitCode == 0, output);

        string path = folder.Write("two.wat", Encoding.UTF8.GetBytes(Two));
        string program = Path.Combine(published, OperatingSystem.IsWindows() ? "wasmactors.exe" : "wasmactors");
        Assert.Equal((0, "2"), await RunAsync(program, ["run", "--isolate", "--no-cache", "--invoke", "two", path]));
        Assert.Equal((0, "2"), await RunAsync("dotnet", [Path.ChangeExtension(program, "dll"), "run", "--isolate", "--no-cache", "--invoke", "two", path]));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, output.Trim());
    }

    private static string? Project()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string project = Path.Combine(at.FullName, "src", "Host", "WasmActors.Host.csproj");
            if (File.Exists(project))
            {
                return project;
            }
        }

        return null;
    }
}
