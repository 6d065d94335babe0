using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Text that a guest or an exception chose is bounded and without control characters wherever a message shows it.</summary>
public sealed class GuestTextTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("wörld €𝄞", "wörld €𝄞")]
    [InlineData("a\nb", @"a\nb")]
    [InlineData("a\r\tb", @"a\x0d\x09b")]
    [InlineData("\u001b[31mred", @"\x1b[31mred")]
    [InlineData("\0\u007f\u0085", @"\x00\x7f\x85")]
    [InlineData("\u2028\u2029", @"\u2028\u2029")]
    [InlineData("\u202e\u2066", @"\u202e\u2066")]
    [InlineData("\u200e\u200f\u061c", @"\u200e\u200f\u061c")]
    public void Control_characters_and_marks_of_direction_are_escaped(string text, string expected) =>
        Assert.Equal(expected, GuestText.Clean(text, 100));

    [Fact]
    public void Text_is_cut_behind_its_limit()
    {
        Assert.Equal(new string('a', 10), GuestText.Clean(new string('a', 10), 10));
        Assert.Equal(new string('a', 10) + "…", GuestText.Clean(new string('a', 11), 10));
        Assert.True(GuestText.Clean(new string('\n', 1000), 100).Length <= 102);
    }

    [Fact]
    public void A_character_of_two_halves_is_not_cut_in_two()
    {
        Assert.Equal("aaa𝄞…", GuestText.Clean("aaa𝄞𝄞", 4));
        Assert.Equal(@"\udd1e\ud834", GuestText.Clean("\udd1e\ud834", 100));
        Assert.True(GuestText.Clean(new string('\udd1e', 1000), 100).Length < 110);
    }

    [Fact]
    public void A_huge_message_of_an_exception_is_cut_and_the_exception_kept()
    {
        var cause = new InvalidOperationException(new string('m', 25_000_000) + "\u001b");
        var guest = _store.LoadWith("""(module (import "host" "f" (func $f)) (func (export "run") (call $f)))""", (Action)(() => throw cause));

        var error = Assert.Throws<WasmError>(() => guest.GetFunc("run").Call());
        Assert.Same(cause, error.InnerException);
        Assert.True(error.Message.Length < 4200);
        Assert.StartsWith("A host function threw InvalidOperationException: mmm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Huge_and_hostile_function_names_are_cut_and_escaped_in_backtraces()
    {
        byte[] wasm = Named(@"evil" + "\u001b[2J\n" + new string('n', 60_000));
        var guest = _store.Store.Instantiate(WasmModule.FromBytes(_store.Engine, wasm));
        var trap = Assert.Throws<Trap>(() => guest.GetFunc("run").Call());

        Assert.Equal(TrapCode.StackOverflow, trap.TrapCode);
        Assert.InRange(trap.Frames.Count, 2, 64);
        Assert.All(trap.Frames, static f =>
        {
            Assert.StartsWith(@"evil\x1b[2J\nnnn", f.FuncName, StringComparison.Ordinal);
            Assert.True(f.FuncName!.Length <= 257);
        });
        Assert.True(trap.ToString().Length < 8192);
    }

    [Fact]
    public void A_hostile_name_of_a_module_is_escaped()
    {
        using var module = WasmModule.FromText(_store.Engine, "(module $m (@name \"x\\1by\\0a\"))");
        Assert.DoesNotContain(module.ToString(), char.IsControl);
        Assert.Equal(@"x\x1by\n", module.Name);
    }

    [Fact]
    public void Wasmtime_s_own_message_about_a_hostile_module_is_escaped()
    {
        var error = Assert.Throws<WasmError>(() => WasmModule.FromText(_store.Engine, "(module (export \"\\1b[2J\\0a\" (func 0)) (func) (export \"\\1b[2J\\0a\" (func 0)))"));
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    // A function that calls itself, with a name section for it.
    private static byte[] Named(string name) =>
    [
        .. ModuleText.ToBinary("""(module (func (export "run") (call 0)))"""),
        .. Modules.BinaryBuilder.Section(0, [.. Modules.BinaryBuilder.Name("name"), .. Modules.BinaryBuilder.Section(1, [1, 0, .. Modules.BinaryBuilder.Name(name)])]),
    ];
}
