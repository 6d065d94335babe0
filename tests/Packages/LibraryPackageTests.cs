using System.Diagnostics;
using System.Text.RegularExpressions;

namespace WasmActors.Packages.Tests;

/// <summary>Programs that refer to the packages of the libraries, built outside of the checkout.</summary>
[Collection(nameof(PackedPackages))]
public sealed partial class LibraryPackageTests(PackedPackages packages)
{
    private const string Isolated = """"
        using WasmActors.Actors.Handles;
        using WasmActors.Functions.Api;
        using WasmActors.Runtime.Failures;
        using WasmActors.Runtime.Modules;
        using WasmActors.Runtime.Modules.Cache;

        var spec = new FunctionSpec("sum");
        var cache = new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess };
        await using var host = await WasmHost.StartAsync(new WasmHostOptions { Cache = cache });
        try
        {
            var module = await host.LoadTextAsync("""
                (module (func (export "sum") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
                """);
            var store = await host.CreateStoreAsync();
            var sum = (await store.InstantiateAsync(module)).GetFunc(spec.Name);
            Console.WriteLine(await sum.CallAsync<int, int, int>(5, 3));
        }
        catch (WasmError error)
        {
            Console.WriteLine(error.Code);
        }
        """";

    [SkippableFact]
    public async Task The_example_of_the_readme_runs_with_the_package_of_the_actors()
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        string example = Example().Matches(await File.ReadAllTextAsync(Checkout.In("README.md")))
            .Select(static m => m.Groups["code"].Value)
            .First(static e => e.Contains("WasmHost.StartAsync()", StringComparison.Ordinal));
        string output = Path.GetDirectoryName(await BuildAsync("Readme", "WasmActors", example))!;
        var run = await Run.OfAsync(new ProcessStartInfo(Path.Combine(output, "Readme")));
        Assert.Equal(("4, then trap.integer_divide_by_zero", ""), (run.Output.Trim(), run.Error));

        string[] all = [.. Directory.GetFiles(output, "*.dll").Select(static f => Path.GetFileName(f))];
        Assert.Contains("Akka.dll", all, StringComparer.Ordinal);
        Assert.DoesNotContain(all, static f => f.StartsWith("Akka.", StringComparison.Ordinal) && f != "Akka.dll");
        Assert.DoesNotContain("Google.Protobuf.dll", all, StringComparer.Ordinal);
    }

    [SkippableFact]
    public async Task A_program_with_the_package_of_the_functions_compiles_in_a_process_of_its_own()
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        string program = await BuildAsync("Isolated", "WasmActors.Functions", Isolated);
        var run = await Run.OfAsync(new ProcessStartInfo(program));
        Assert.Equal(("8", ""), (run.Output.Trim(), run.Error));

        // It was the compiler of the package that did it: the same program fails without.
        File.Delete(Path.Combine(Path.GetDirectoryName(program)!, "wasmactors-compile.dll"));
        run = await Run.OfAsync(new ProcessStartInfo(program));
        Assert.Equal("compiler.unavailable", run.Output.Trim());
    }

    // Builds a program whose warnings are errors, NU1603 among them.
    private async Task<string> BuildAsync(string name, string package, string source)
    {
        string folder = packages.NewFolder(name);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), source);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{packages.Version}" />
              </ItemGroup>
            </Project>
            """);
        await Run.DotnetAsync(folder, "build", "-v", "q", "-o", "out");
        return Path.Combine(folder, "out", OperatingSystem.IsWindows() ? $"{name}.exe" : name);
    }

    [GeneratedRegex(
        "^```csharp\n(?<code>.*?)^```",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Example();
}
