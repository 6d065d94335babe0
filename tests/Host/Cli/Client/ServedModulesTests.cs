using System.Text.Json;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>modules against a real server.</summary>
public sealed class ServedModulesTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Modules_are_listed_and_an_unused_one_is_deleted_by_its_first_digits()
    {
        string file = server.Folder.Write("used.wat", """(module (func (export "get") (result i32) i32.const 77))""");
        Assert.Equal(0, (await server.RunAsync("deploy", file)).ExitCode);
        using var listed = JsonDocument.Parse((await server.RunAsync("modules", "-o", "json")).Text);
        var module = listed.RootElement.GetProperty("modules").EnumerateArray().Single(static m => m.GetProperty("functions").EnumerateArray().Any(static f => f.GetString() == "used"));
        string digest = module.GetProperty("digest").GetString()!;
        Assert.Matches($"{digest[..12]} .* used", (await server.RunAsync("modules", "list")).Text);

        var used = await server.RunAsync("modules", "delete", digest);
        Assert.Equal((2, "module.in_use"), (used.ExitCode, used.Code));
        Assert.Equal(0, (await server.RunAsync("functions", "delete", "used", "--yes")).ExitCode);
        var deleted = await server.RunAsync("modules", "delete", digest[..16]);
        Assert.Equal((0, $"The module {digest} is deleted.\n"), (deleted.ExitCode, deleted.Text));
        Assert.Equal((2, "usage"), Parts(await server.RunAsync("modules", "delete", digest[..16])));
        Assert.Equal((2, "module.not_found"), Parts(await server.RunAsync("modules", "delete", digest)));
        Assert.Equal((2, "usage"), Parts(await server.RunAsync("modules", "delete", "../x")));
    }

    private static (int ExitCode, string? Code) Parts(ProgramRun run) => (run.ExitCode, run.Code);
}
