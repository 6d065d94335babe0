using WasmActors.Guests;

namespace WasmActors.Host.Tests.Cli;

/// <summary>The program beside others in a shell: streams that are closed, shared, or hold the module.</summary>
public sealed class StandardStreamTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    // Copies the first byte of standard input to standard output.
    private const string One = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 1000)) (i32.store (i32.const 4) (i32.const 1))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))))
        """;

    // Asks whether there is input within 200 ms: ends with 1 if there is, else with 0.
    private const string Ask = """
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (i32.store8 (i32.const 8) (i32.const 1)) (i32.store (i32.const 64) (i32.const 1)) (i64.store (i32.const 72) (i64.const 200000000))
            (drop (call $poll (i32.const 0) (i32.const 400) (i32.const 2) (i32.const 800)))
            (call $exit (i32.load8_u (i32.const 410)))))
        """;

    [SkippableTheory]
    [InlineData("run", "<&-")]
    [InlineData("run", "2>&-")]
    [InlineData("run", ">&-")]
    [InlineData("run", "<&- >&- 2>&-")]
    [InlineData("inspect", "<&-")]
    [InlineData("inspect", "2>&-")]
    [InlineData("inspect", ">&-")]
    [InlineData("inspect", "<&- >&- 2>&-")]
    public async Task A_closed_stream_is_an_empty_one(string verb, string closed)
    {
        RequireLinux();
        var run = await ProgramRun.InShellAsync(folder, $"\"$@\" {closed} && echo done", [verb, folder.Write("one.wat", One)]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("done", run.Lines[^1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_failure_with_closed_error_output_has_its_exit_code()
    {
        RequireLinux();
        var run = await ProgramRun.InShellAsync(folder, "\"$@\" 2>&-; echo status $?", ["run", "missing.wat"]);

        Assert.Equal("status 66", run.Lines[^1]);
    }

    [SkippableTheory]
    [InlineData()]
    [InlineData("--dir", ".")]
    [InlineData("--profile", "strict", "--timeout", "30s")]
    [InlineData("--profile", "strict", "--timeout", "30s", "--dir", ".")]
    public async Task What_the_program_does_not_read_is_left_to_the_next(params string[] options)
    {
        RequireLinux();
        await File.WriteAllTextAsync(folder.Write("input", ""), "abcdef");

        var run = await ProgramRun.InShellAsync(folder, "(\"$@\"; cat) < input", ["run", .. options, folder.Write("one.wat", One)]);

        Assert.Equal((0, "abcdef", ""), (run.ExitCode, run.Text, run.Error));
    }

    [SkippableTheory]
    [InlineData("rm -f quiet; mkfifo quiet; \"$@\" 0<>quiet", 0)]
    [InlineData("echo x | \"$@\"", 1)]
    [InlineData(": | \"$@\"", 1)]
    [InlineData("\"$@\" < /dev/null", 1)]
    public async Task A_poll_of_standard_input_says_whether_there_is_any(string script, int status)
    {
        RequireLinux();
        var run = await ProgramRun.InShellAsync(folder, script, ["run", folder.Write("ask.wat", Ask)]);

        Assert.Equal((status, ""), (run.ExitCode, run.Error));
    }

    [SkippableFact]
    public async Task A_module_comes_by_standard_input()
    {
        RequireLinux();
        folder.Write("one.wat", One);

        var run = await ProgramRun.InShellAsync(folder, "cat one.wat | \"$@\"", ["run", "-"]);
        var inspected = await ProgramRun.InShellAsync(folder, "cat one.wat | \"$@\"", ["inspect", "-", "-o", "json"]);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Text, run.Error));
        Assert.Contains("\"standard input\"", inspected.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("#!/usr/bin/env -S {0} run", false)]
    [InlineData("#!/usr/bin/env -S {0} run --timeout 30s", false)]
    [InlineData("#!/usr/bin/env -S {0} run", true)]
    [InlineData("#!/usr/bin/env -S {0}", false)]
    public async Task A_script_of_Unix_is_a_program(string line, bool binary)
    {
        RequireLinux();
        string program = ProgramRun.ShellName(folder);
        byte[] module = binary ? Runtime.Modules.Binary.ModuleText.ToBinary(One) : System.Text.Encoding.UTF8.GetBytes(One);
        string script = folder.Write("script", "");
        await File.WriteAllBytesAsync(script, [.. System.Text.Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, program) + "\n"), .. module]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var run = await ProgramRun.InShellAsync(folder, "echo hello | ./script", []);

        Assert.Equal((0, "h", ""), (run.ExitCode, run.Text, run.Error));
    }

    [SkippableFact]
    public async Task A_script_with_an_error_names_the_line_of_the_file()
    {
        RequireLinux();
        var run = await ProgramRun.Of(folder, ["run", folder.Write("broken.wat", "#!/usr/bin/env wasmactors\n(module\n  (func (export \"_start\") oops))")]);

        Assert.Equal((65, "module.invalid"), (run.ExitCode, run.Code));
        Assert.Contains(" at 3:", run.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("a\\:\\:b::/data", "a::b")]
    [InlineData("a\\:ro::/data", "a:ro")]
    public async Task A_folder_may_have_colons_in_its_name(string option, string name)
    {
        RequireLinux();
        var guest = await ClangGuest.FileAsync("files.c");
        Skip.If(guest.IsMissing, guest.MissingBecause);
        Directory.CreateDirectory(Path.Combine(folder.Path, name));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, name, "note"), "noted");

        var run = await ProgramRun.Of(folder, ["run", "--dir", option, guest.Path!, "/data/note"]);

        Assert.Equal((0, "noted", ""), (run.ExitCode, run.Text, run.Error));
    }

    [Fact]
    public async Task A_status_that_no_process_can_have_is_no_success()
    {
        string exits = folder.Write("exits.wat", """
            (module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1)
              (func (export "_start") (call $exit (i32.const 256))))
            """);

        Assert.Equal(255, (await InProcess.RunAsync("run", exits)).ExitCode);
    }

    private static void RequireLinux() => Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/bin/sh"), "A shell of Linux is needed.");
}
