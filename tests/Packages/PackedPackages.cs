using System.Globalization;
using System.Runtime.InteropServices;

namespace WasmActors.Packages.Tests;

/// <summary>The packages of this checkout in a folder, and the folders of programs that install them.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private const string Feed = "https://api.nuget.org/v3/index.json";

    private readonly string _folder = Directory.CreateTempSubdirectory("wasmactors-packages-").FullName;

    /// <summary>A version that no other folder of packages has.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{DateTime.UtcNow.Ticks}");

    /// <summary>The folder with the packages.</summary>
    public string Packages => Path.Combine(_folder, "feed");

    /// <summary>The settings of NuGet for programs that install them.</summary>
    public string NuGetConfig => Path.Combine(_folder, "NuGet.config");

    /// <summary>Why nothing can be packed here; null if it can.</summary>
    public string? MissingBecause { get; private set; }

    /// <summary>Makes a new empty folder, outside of the checkout.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        MissingBecause = await FindMissingAsync();
        if (MissingBecause is not null)
        {
            return;
        }

        WriteNuGetConfig();
        foreach (string project in new[] { "Runtime", "Actors", "Functions" })
        {
            await PackAsync(project, "--no-build");
        }

        await PackAsync("Host", "-p:BuildProjectReferences=false", $"-p:ToolPackageRuntimeIdentifiers={Rid}");
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The name of this machine's system and processor in package names, such as <c>linux-x64</c>.</summary>
    public static string Rid
    {
        get
        {
            string processor = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{processor}";
        }
    }

    private async Task PackAsync(string project, params string[] options) => await Run.DotnetAsync(
        Checkout.Root,
        ["pack", Checkout.In("src", project), "-c", Checkout.Configuration, "-o", Packages, "-v", "q",
            $"-p:PackageVersion={Version}", .. options]);

    // Packages that the machine has already are taken from there; the rest goes to a folder of the test's.
    private void WriteNuGetConfig()
    {
        string machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(machine);
        File.WriteAllText(NuGetConfig, $"""
            <configuration>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{NewFolder("installed")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    private static async Task<string?> FindMissingAsync()
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
            using var answer = await client.GetAsync(new Uri(Feed), HttpCompletionOption.ResponseHeadersRead);
            return answer.IsSuccessStatusCode ? null : $"{Feed} answers {(int)answer.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return $"{Feed} cannot be reached: {failure.Message}";
        }
    }
}
