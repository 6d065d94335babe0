using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Interop;

public sealed class EngineTextTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("one line", "one line")]
    [InlineData("failed\n\nCaused by:\n    why", "failed: why")]
    [InlineData("failed\n\nCaused by:\n    0: why\n    1: and why", "failed: why: and why")]
    [InlineData("error while executing at wasm backtrace:\n    0:     0x1e - m!f\n    1:     0x2f - m!g\n\nCaused by:\n    out of bounds", "out of bounds")]
    [InlineData("expected `)`\n     --> <anon>:3:19\n      |\n    3 | (module (func\n      |         ^", "expected `)` at 3:19")]
    [InlineData("\n\n", "")]
    public void An_error_of_several_lines_is_told_in_one(string text, string expected) => Assert.Equal(expected, EngineText.OneLine(text));

    [Theory]
    [InlineData("(module\n  (func (export \"f\")")]
    [InlineData("(module (func (export \"f\") (result i32) i64.const 1))")]
    [InlineData("(module (memory 1 0))")]
    public void A_module_that_is_not_valid_is_told_in_one_line(string text)
    {
        var error = Assert.Throws<WasmError>(() => WasmModule.FromText(_store.Engine, text));

        Assert.DoesNotContain("\\n", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Caused by", error.Message, StringComparison.Ordinal);
    }
}
