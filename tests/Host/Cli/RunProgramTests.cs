using System.Diagnostics;
using WasmActors.Guests;

namespace WasmActors.Host.Tests.Cli;

public sealed class RunProgramTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Loud = """
        #include <stdio.h>
        int main(void) { puts("ready"); fflush(stdout); for (volatile unsigned turns = 0;; turns++) {} }
        """;

    [SkippableTheory]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    [InlineData("125", 125)]
    [InlineData("126", 126)]
    [InlineData("255", 255)]
    public async Task The_exit_status_is_passed_on_exactly(string status, int exitCode)
    {
        var run = await ProgramRun.Of(folder, ["run", await Guest("exit.c"), status]);

        Assert.Equal((exitCode, "", ""), (run.ExitCode, run.Text, run.Error));
    }

    [SkippableFact]
    public async Task Everything_after_the_file_is_the_programs()
    {
        string args = await Guest("args.c");

        var run = await ProgramRun.Of(folder, ["run", args, "--help", "-x", "@file", "--", "--env", "GREETING=no", "", "ü"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            ["argc=9", $"argv[0]={Path.GetFileName(args)}", "argv[1]=--help", "argv[2]=-x", "argv[3]=@file", "argv[4]=--", "argv[5]=--env", "argv[6]=GREETING=no", "argv[7]=", "argv[8]=ü", "GREETING=(unset)"],
            run.Lines);
    }

    [SkippableFact]
    public async Task A_double_dash_gives_the_program_what_would_be_an_option_of_run()
    {
        var run = await ProgramRun.Of(folder, ["run", await Guest("args.c"), "--env", "GREETING=a=b", "--", "--env", "X=Y"]);

        Assert.Equal(["argv[1]=--env", "argv[2]=X=Y", "GREETING=a=b"], run.Lines[2..]);
    }

    [SkippableFact]
    public async Task The_environment_is_what_was_given_and_nothing_is_inherited()
    {
        string args = await Guest("args.c");

        var given = await ProgramRun.Of(folder, ["run", "--env", "GREETING=first", "--env", "GREETING=last", args], input: null, ("GREETING", "outer"));
        var none = await ProgramRun.Of(folder, ["run", args], input: null, ("GREETING", "outer"));

        Assert.Equal("GREETING=last", given.Lines[^1]);
        Assert.Equal("GREETING=(unset)", none.Lines[^1]);
    }

    [SkippableFact]
    public async Task Standard_input_reaches_the_program_byte_for_byte()
    {
        byte[] bytes = new byte[1_000_003];
        new Random(1).NextBytes(bytes);

        var run = await ProgramRun.Of(folder, ["run", await Guest("cat.c")], bytes);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(bytes.AsSpan().SequenceEqual(run.Output));
    }

    [SkippableFact]
    public async Task A_folder_can_be_read_and_written()
    {
        string files = await Guest("files.c");
        folder.Write("open/input.txt", "content");

        var read = await ProgramRun.Of(folder, ["run", "--dir", "open", files, "open/input.txt"]);
        var written = await ProgramRun.Of(folder, ["run", files, "--dir", "open::/data", "/data/output.txt", "made"]);

        Assert.Equal((0, "content"), (read.ExitCode, read.Text));
        Assert.Equal((0, "made"), (written.ExitCode, await File.ReadAllTextAsync(Path.Combine(folder.Path, "open", "output.txt"))));
    }

    [SkippableFact]
    public async Task A_read_only_folder_refuses_writes()
    {
        string files = await Guest("files.c");
        folder.Write("closed/input.txt", "content");

        var read = await ProgramRun.Of(folder, ["run", "--dir", "closed::/data:ro", files, "/data/input.txt"]);
        var refused = await ProgramRun.Of(folder, ["run", "--dir", "closed::/data:ro", files, "/data/output.txt", "made"]);

        Assert.Equal((0, "content"), (read.ExitCode, read.Text));
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("/data/output.txt: ", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "closed", "output.txt")));
    }

    [SkippableFact]
    public async Task What_was_not_given_cannot_be_opened()
    {
        folder.Write("secret.txt", "secret");

        var run = await ProgramRun.Of(folder, ["run", await Guest("files.c"), "secret.txt"]);

        Assert.Equal((2, ""), (run.ExitCode, run.Text));
    }

    [SkippableFact]
    public async Task A_folder_that_does_not_exist_is_a_wrong_option()
    {
        var run = await ProgramRun.Of(folder, ["run", "--dir", "nowhere", await Guest("hello.c")]);

        Assert.Equal((2, "", "wasi.bad_configuration"), (run.ExitCode, run.Text, run.Code));
    }

    [SkippableTheory]
    [InlineData("spin.c")]
    [InlineData("sleep.c", "60000")]
    public async Task A_program_that_runs_or_sleeps_too_long_ends_with_124(string guest, params string[] args)
    {
        var run = await ProgramRun.Of(folder, ["run", "--timeout", "200ms", await Guest(guest), .. args]);

        Assert.Equal((124, "", "call.deadline_exceeded"), (run.ExitCode, run.Text, run.Code));
    }

    [SkippableFact]
    public async Task A_reactor_is_initialized_before_its_export_is_called()
    {
        string reactor = await Guest("reactor.c", GuestKind.Reactor);

        var constructed = await ProgramRun.Of(folder, ["run", reactor, "--invoke", "constructed"]);
        var started = await ProgramRun.Of(folder, ["run", reactor]);

        Assert.Equal((0, "1\n", ""), (constructed.ExitCode, constructed.Text, constructed.Error));
        Assert.Equal((2, ""), (started.ExitCode, started.Text));
        Assert.Contains("add(i32, i32) -> (i32)", started.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ctrl_C_cancels_a_program_that_runs_or_waits_for_input(bool runs)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        Skip.If(ProgramRun.IgnoresInterrupts, "This process and its children ignore SIGINT.");
        string guest = runs ? await Compiled(ClangGuest.SourceAsync(Loud, GuestKind.Command)) : await Guest("cat.c");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        using var process = ProgramRun.Start(folder, ["run", guest]);
        try
        {
            await process.StandardInput.WriteLineAsync("ready".AsMemory(), deadline.Token);
            await process.StandardInput.FlushAsync(deadline.Token);
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(deadline.Token));
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
            await process.WaitForExitAsync(deadline.Token);

            Assert.Equal(130, process.ExitCode);
            Assert.StartsWith("error: call.cancelled", await process.StandardError.ReadToEndAsync(deadline.Token), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    private static Task<string> Guest(string file, GuestKind kind = GuestKind.Command) => Compiled(ClangGuest.FileAsync(file, kind));

    private static async Task<string> Compiled(Task<GuestFile> compiling)
    {
        var guest = await compiling;
        Skip.If(guest.IsMissing, guest.MissingBecause);
        return guest.Path!;
    }
}
