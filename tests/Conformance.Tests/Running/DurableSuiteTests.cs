using WasmActors.Conformance.Cli;
using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Running;
using WasmActors.Conformance.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Tests.Running;

/// <summary>An instance whose whole state moves to a fresh store after every action answers as one that does not
/// move.</summary>
public sealed class DurableSuiteTests : IDisposable
{
    // Memory, tables, dropped segments, globals, references, floats and traps.
    private static readonly string[] s_scripts =
    [
        "global.wast", "memory_init.wast", "memory_copy.wast", "memory_redundancy.wast", "float_memory.wast", "endianness.wast",
        "address.wast", "table_grow.wast", "table_copy_mixed.wast", "elem.wast", "bulk.wast", "stack.wast", "start.wast",
        "traps.wast", "simd_const.wast",
    ];

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task The_specification_s_scripts_see_no_difference(ExecutionMode mode)
    {
        var report = await RunAsync(Scripts(), mode, spoils: false);

        Assert.Empty(Failures(report));
        Assert.True(report.Durable!.Moves > 1000, $"Only {report.Durable.Moves} moves.");
        Assert.True(report.Durable.RolledBack > 50, $"Only {report.Durable.RolledBack} failed actions were undone in place.");
    }

    [SkippableFact]
    public async Task A_spoiled_bit_is_noticed_by_what_the_guests_answer()
    {
        var report = await RunAsync(Scripts(), ExecutionMode.Direct, spoils: true);

        Assert.True(report.Failed > 20, $"Only {report.Failed} differences.");
        Assert.All(Failures(report), static f => Assert.Contains("after the state moved", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_durable_is_counted_by_reason()
    {
        string script = _folder.Write("a.wast", """
            (module $a (memory (export "m") 1) (func (export "f") (result i32) (i32.const 1)))
            (assert_return (invoke "f") (i32.const 1))
            (register "a" $a)
            (module (import "a" "m" (memory 1)))
            (module (import "spectest" "memory" (memory 1)))
            (module (global (mut externref) (ref.null extern)) (func (export "g")))
            (assert_return (invoke "g"))
            """);

        var report = await RunAsync([script], ExecutionMode.Direct, spoils: false);

        Assert.Empty(Failures(report));
        Assert.Equal((1, 1), (report.Durable!.Instances, report.Durable.Moves));
        Assert.Equal(
            [
                "another instance imports something of it",
                "it imports something of another instance",
                "it imports the memory, which belongs to the host",
                "its mutable global holds references other than funcref",
            ],
            report.Durable.Refused.Keys,
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_failed_action_is_undone_and_then_repeated()
    {
        string script = _folder.Write("a.wast", """
            (module
              (memory 1 3) (global $g (mut i64) (i64.const 5)) (data $d "x")
              (func (export "trap") (i32.store (i32.const 9) (i32.const 1)) (global.set $g (i64.const 6)) unreachable)
              (func (export "grow") (drop (memory.grow (i32.const 1))) unreachable)
              (func (export "drop") (data.drop $d) unreachable)
              (func (export "read") (result i32 i64 i32) (i32.load (i32.const 9)) (global.get $g) (memory.size)))
            (assert_trap (invoke "trap") "unreachable")
            (assert_return (invoke "read") (i32.const 1) (i64.const 6) (i32.const 1))
            (assert_trap (invoke "grow") "unreachable")
            (assert_trap (invoke "drop") "unreachable")
            (assert_return (invoke "read") (i32.const 1) (i64.const 6) (i32.const 2))
            """);

        var report = await RunAsync([script], ExecutionMode.Direct, spoils: false);

        Assert.Empty(Failures(report));
        Assert.Equal((1, 2), (report.Durable!.RolledBack, report.Durable.Replaced));
    }

    [Fact]
    public async Task The_option_adds_the_figures_to_the_report()
    {
        string script = _folder.Write("a.wast", "(module (func (export \"f\")))\n(assert_return (invoke \"f\"))");
        using var output = new StringWriter();

        int code = await CommandLine.InvokeAsync([script, "--durable"], output, output, isTerminal: false).WaitAsync(s_deadline);

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("durable: 1 instances, state moved after 1 actions", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task<RunReport> RunAsync(IReadOnlyList<string> files, ExecutionMode mode, bool spoils)
    {
        var run = new SuiteRun { Files = files, Mode = mode, Jobs = 2, Moves = true, Spoils = spoils };
        return await run.RunAsync().WaitAsync(s_deadline);
    }

    private static string[] Scripts()
    {
        string? folder = SpecFolder.Find();
        Skip.If(folder is null, SpecFolder.Missing);
        string[] found = [.. s_scripts.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        Skip.If(found.Length == 0, $"{folder} has none of the scripts that this test runs.");
        return found;
    }

    private static IEnumerable<string> Failures(RunReport report) =>
        from file in report.Files
        from problem in file.Problems
        where problem.Outcome == Outcome.Failed
        select $"{file.Path}:{problem.Line}: expected {problem.Expected}, got {problem.Actual}";
}
