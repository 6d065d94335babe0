using System.Reflection;
using PublicApiGenerator;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Modules;

namespace WasmActors.Packages.Tests.Api;

/// <summary>The public types and members of the libraries are those that were approved.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "WASMACTORS_ACCEPT_API";

    public static TheoryData<string> Libraries => new(Assemblies.Select(static a => a.GetName().Name!));

    private static Assembly[] Assemblies =>
        [typeof(WasmEngine).Assembly, typeof(WasmHost).Assembly, typeof(FunctionSpec).Assembly];

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task The_public_api_is_the_approved_one(string library)
    {
        var assembly = Assemblies.Single(a => a.GetName().Name == library);
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        string[] actual = [.. assembly.GeneratePublicApi(options).ReplaceLineEndings("\n").Split('\n')];
        string file = Checkout.In("tests", "Packages", "Api", $"{library}.txt");
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            await File.WriteAllTextAsync(file, string.Join('\n', actual).TrimEnd() + "\n");
            return;
        }

        string[] approved = await File.ReadAllLinesAsync(file);
        string[] added = [.. actual.Except(approved, StringComparer.Ordinal).Select(static l => "+ " + l.Trim())];
        string[] removed = [.. approved.Except(actual, StringComparer.Ordinal).Select(static l => "- " + l.Trim())];
        Assert.True(
            string.Join('\n', actual).TrimEnd() == string.Join('\n', approved).TrimEnd(),
            $"The public API of {library} is not the approved one:\n{string.Join('\n', [.. removed, .. added])}\n"
            + $"Make internal what no user needs. If the change is meant, accept it and commit the file:\n"
            + $"  {Accept}=1 dotnet test tests/Packages --filter FullyQualifiedName~PublicApiTests");
    }
}
