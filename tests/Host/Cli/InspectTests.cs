using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WasmActors.Guests;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Tests.Cli;

public sealed class InspectTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Rich = """
        (module $rich
          (import "env" "log" (func (param i32 f64) (result i64)))
          (import "env" "shared memory" (memory 1 2))
          (import "env" "table" (table 3 funcref))
          (import "env" "global" (global (mut v128)))
          (memory (export "wide") i64 5)
          (memory 0 0)
          (tag (export "tag") (param i32))
          (func (export "f") (param externref) (result i32 i64) unreachable)
          (global (export "g") i32 (i32.const 1))
          (table (export "t") 1 7 externref))
        """;

    [Fact]
    public async Task Json_tells_imports_exports_memories_sections_size_and_digest()
    {
        byte[] binary = ModuleText.ToBinary(Rich);

        var root = await JsonOf(folder.Write("rich.wasm", binary));

        Assert.Equal(("binary", "rich", "module"), (Text(root, "format"), Text(root, "name"), Text(root, "kind")));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(binary)), Text(root, "digest"));
        Assert.Equal(binary.Length, root.GetProperty("size").GetInt32());
        Assert.Equal(binary.Length, root.GetProperty("fileSize").GetInt32());
        Assert.False(root.GetProperty("usesWasi").GetBoolean());
        Assert.Equal(
            [
                """{"module":"env","name":"log","type":{"kind":"func","params":["i32","f64"],"results":["i64"]}}""",
                """{"module":"env","name":"shared memory","type":{"kind":"memory","minimum":1,"maximum":2,"is64":false,"shared":false,"pageSize":65536}}""",
                """{"module":"env","name":"table","type":{"kind":"table","element":"funcref","minimum":3,"maximum":null}}""",
                """{"module":"env","name":"global","type":{"kind":"global","content":"v128","mutable":true}}""",
            ],
            Items(root, "imports"));
        Assert.Contains("""{"name":"f","type":{"kind":"func","params":["externref"],"results":["i32","i64"]}}""", Items(root, "exports"), StringComparer.Ordinal);
        Assert.Contains("""{"name":"tag","type":{"kind":"tag","params":["i32"]}}""", Items(root, "exports"), StringComparer.Ordinal);
        Assert.Equal(
            [
                """{"kind":"memory","minimum":1,"maximum":2,"is64":false,"shared":false,"pageSize":65536}""",
                """{"kind":"memory","minimum":5,"maximum":null,"is64":true,"shared":false,"pageSize":65536}""",
                """{"kind":"memory","minimum":0,"maximum":0,"is64":false,"shared":false,"pageSize":65536}""",
            ],
            Items(root, "memories"));
        var defined = root.GetProperty("defined");
        Assert.Equal((1, 2, 1, 1, 1), (Number(defined, "functions"), Number(defined, "memories"), Number(defined, "tables"), Number(defined, "globals"), Number(defined, "tags")));
        Assert.Equal("name", Text(root.GetProperty("customSections")[0], "name"));
    }

    [Fact]
    public async Task Tables_show_the_same_for_people()
    {
        var (exitCode, output, error) = Parts(await InProcess.RunAsync("inspect", folder.Write("rich.wat", Rich)));

        Assert.Equal((0, ""), (exitCode, error));
        Assert.All(
            ["rich.wat (text, ", "Imports (4)", "(i32, f64) -> (i64)", "Exports (5)", "table 1..7 externref", "memory 1", "5 to any number of pages of 65536 bytes, 64-bit", "Custom sections (1)"],
            part => Assert.Contains(part, output, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task Names_that_the_guest_chose_can_neither_colour_nor_forge_the_output()
    {
        string path = folder.Write("hostile.wat", """
            (module
              (import "[red]m[/]" "\1b[2Jn" (func))
              (func (export "\0a[bold]fake: line") unreachable)
              (func (export "\e2\80\aegnp.exe") unreachable)
              (@custom "\1b]0;title\07" "data"))
            """);

        var (exitCode, output, error) = Parts(await InProcess.RunAsync("inspect", path));
        var root = await JsonOf(path);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.All(["[red]m[/]", "\\x1b[2Jn", "\\n[bold]fake: line", "\\u202egnp.exe", "\\x1b]0;title\\x07"], part => Assert.Contains(part, output, StringComparison.Ordinal));
        Assert.DoesNotContain(output, static c => char.IsControl(c) && c is not ('\n' or '\r'));
        Assert.Equal("\u001b[2Jn", Text(root.GetProperty("imports")[0], "name"));
        Assert.Equal("\u202egnp.exe", Text(root.GetProperty("exports")[1], "name"));
        Assert.Equal("\u001b]0;title\u0007", Text(root.GetProperty("customSections")[0], "name"));
    }

    [SkippableTheory]
    [InlineData("hello.c", GuestKind.Command, "command")]
    [InlineData("reactor.c", GuestKind.Reactor, "reactor")]
    public async Task Wasi_commands_and_reactors_are_told_apart(string source, GuestKind kind, string told)
    {
        var guest = await ClangGuest.FileAsync(source, kind);
        Skip.If(guest.IsMissing, guest.MissingBecause);

        Assert.Equal(told, Text(await JsonOf(guest.Path!), "kind"));
    }

    [Fact]
    public async Task The_real_program_writes_nothing_but_the_json()
    {
        var run = await ProgramRun.Of(folder, ["inspect", folder.Write("plain.wat", "(module)"), "-o", "json"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(8, JsonDocument.Parse(run.Output).RootElement.GetProperty("size").GetInt32());
    }

    [Fact]
    public async Task A_component_is_refused_with_a_helpful_error()
    {
        var run = await ProgramRun.Of(folder, ["inspect", folder.Write("component.wasm", [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0])]);

        Assert.Equal((65, "", "module.invalid"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains("component", run.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonOf(string path)
    {
        var (exitCode, output, error) = Parts(await InProcess.RunAsync("inspect", path, "-o", "json"));
        Assert.Equal((0, ""), (exitCode, error));
        return JsonDocument.Parse(output).RootElement;
    }

    private static (int ExitCode, string Output, string Error) Parts(ProgramRun run) => (run.ExitCode, run.Text, run.Error);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string[] Items(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(static e =>
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            e.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    })];
}
