namespace WasmActors.Actors.Tests.Samples;

public class SampleTests
{
    [Fact]
    public async Task Sample_1_adds_and_multiplies()
    {
        Assert.Equal(
            [
                "add is (i32, i32) -> (i32): 2 params, 1 result",
                "add(5, 3) = 8",
                "multiply_add(2.5, 3.0, 1.0) = 8.5",
            ],
            await SampleProgram.RunAsync("01-add", "Add"));
    }

    [Fact]
    public async Task Sample_2_logs_a_message_of_the_guest()
    {
        Assert.Equal(
            ["[guest] Hello from WebAssembly: grüß dich!", "greet has returned"],
            await SampleProgram.RunAsync("02-log", "Log"));
    }

    [Fact]
    public async Task Sample_3_returns_several_results()
    {
        Assert.Equal(
            ["divmod(17, 5) = [3, 2], 2 results", "17 = 3 * 5 + 2"],
            await SampleProgram.RunAsync("03-divmod", "DivMod"));
    }

    [Fact]
    public async Task Sample_4_counts_the_keys_of_a_JSON_object()
    {
        Assert.Equal(
            [
                """{"name": "Ada", "born": 1815, "tags": ["math"]} -> 1, 3 keys""",
                "{} -> 1, 0 keys",
                "[1, 2] -> 0, no JSON object",
                "{oops -> 0, no JSON object",
            ],
            await SampleProgram.RunAsync("04-json", "Json"));
    }

    [Fact]
    public async Task Sample_5_catches_a_division_by_zero_as_a_trap()
    {
        Assert.Equal(
            [
                "divide(10, 2) = 5",
                "divide(1, 0) trapped: Division by zero",
                "code trap.host, in function divide of module calculator",
                "divide(9, 3) = 3",
            ],
            await SampleProgram.RunAsync("05-trap", "TrapSample"));
    }

    [Fact]
    public async Task Sample_6_lists_exports_with_their_types_and_reports_what_is_missing()
    {
        Assert.Equal(
            [
                "library.wat: 1364 bytes, 1 imports, 25 exports",
                "  memory is memory 1..16 pages",
                "  operations is table 4.. funcref",
                "  heap_top is global mut i32",
                "  version is global i32",
                "  func gcd takes i32, i32 and returns i32",
                "  func lcm takes i32, i32 and returns i32",
                "  func min takes i32, i32 and returns i32",
                "  func max takes i32, i32 and returns i32",
                "  func factorial takes i64 and returns i64",
                "  func is_prime takes i32 and returns i32",
                "  func divmod takes i32, i32 and returns i32, i32",
                "  func apply takes i32, i32, i32 and returns i32",
                "  func hypotenuse takes f64, f64 and returns f64",
                "  func lerp takes f32, f32, f32 and returns f32",
                "  func polar takes f64, f64 and returns f64, f64",
                "  func add_lanes takes v128, v128 and returns v128",
                "  func sum_lanes takes v128 and returns i32",
                "  func alloc takes i32 and returns i32",
                "  func reset takes nothing and returns nothing",
                "  func checksum takes i32, i32 and returns i32",
                "  func upper takes i32, i32 and returns nothing",
                "  func say_ready takes nothing and returns nothing",
                "  func sort takes i32, i32 and returns nothing",
                "  func operation takes i32 and returns funcref",
                "  func same_object takes externref and returns externref",
                "found   gcd (i32, i32) -> (i32)",
                "found   factorial (i64) -> (i64)",
                "found   hypotenuse (f64, f64) -> (f64)",
                "missing sha256",
                "found   is_prime (i32) -> (i32)",
                "missing render",
                "2 of 6 are missing: sha256, render",
            ],
            await SampleProgram.RunAsync("06-explore", "Explore"));
    }

    [Fact]
    public async Task Sample_6_takes_a_file_and_names_from_the_command_line()
    {
        string file = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():n}.wat");
        await File.WriteAllTextAsync(file, """(module (func (export "one") (result i32) (i32.const 1)) (func (export "two") (param f64)))""");
        try
        {
            string[] lines = await SampleProgram.RunAsync("06-explore", "Explore", file, "one", "two");

            Assert.Equal(
                ["  func one takes nothing and returns i32", "  func two takes f64 and returns nothing", "found   one () -> (i32)", "found   two (f64) -> ()", "nothing is missing"],
                lines[1..]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Sample_7_waits_for_imports_that_are_answered_later()
    {
        Assert.Equal(
            ["price of 'apples'?", "the store is Parked on shop::price", "cost(3) = 63", "call.reentrant"],
            await SampleProgram.RunAsync("07-served", "Served"));
    }
}
