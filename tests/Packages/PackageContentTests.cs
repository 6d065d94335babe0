using System.IO.Compression;
using System.Xml.Linq;

namespace WasmActors.Packages.Tests;

/// <summary>What the packages contain, and what they say about themselves.</summary>
[Collection(nameof(PackedPackages))]
public sealed class PackageContentTests(PackedPackages packages)
{
    [SkippableTheory]
    [InlineData("WasmActors.Runtime", true)]
    [InlineData("WasmActors", true)]
    [InlineData("WasmActors.Functions", true)]
    [InlineData("WasmActors.Tool", false)]
    public async Task A_package_has_a_readme_an_icon_a_licence_and_symbols(string package, bool hasSymbols)
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        using var archive = await ZipFile.OpenReadAsync(FileOf(package, ".nupkg"));
        Assert.NotNull(archive.GetEntry("README.md"));
        Assert.NotNull(archive.GetEntry("icon.png"));
        await using var text = await archive.GetEntry($"{package}.nuspec")!.OpenAsync();
        var nuspec = await XDocument.LoadAsync(text, LoadOptions.None, CancellationToken.None);
        var metadata = nuspec.Root!.Elements().Single();
        string? Of(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value;
        Assert.Equal("Apache-2.0", Of("license"));
        Assert.Equal("README.md", Of("readme"));
        Assert.Equal("icon.png", Of("icon"));
        Assert.Contains("webassembly", Of("tags"), StringComparison.Ordinal);
        Assert.NotEqual("Package Description", Of("description"), StringComparer.Ordinal);
        Assert.Equal(hasSymbols, File.Exists(FileOf(package, ".snupkg")));
    }

    [SkippableFact]
    public async Task The_tool_has_the_native_library_of_one_system_alone()
    {
        Skip.If(packages.MissingBecause is not null, packages.MissingBecause);
        using var archive = await ZipFile.OpenReadAsync(FileOf($"WasmActors.Tool.{PackedPackages.Rid}", ".nupkg"));
        Assert.Single(archive.Entries, static e => e.Name is "libwasmtime.so" or "libwasmtime.dylib" or "wasmtime.dll");
        Assert.Single(archive.Entries, static e => e.Name == "wasmactors-compile.dll");
        Assert.Single(archive.Entries, static e => e.Name == "appsettings.json");
    }

    private string FileOf(string package, string extension) =>
        Path.Combine(packages.Packages, $"{package}.{packages.Version}{extension}");
}
