using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Imports;

public sealed class MissingImportsTests
{
    [Fact]
    public void All_missing_imports_are_named_and_those_beyond_twenty_are_counted()
    {
        using var engine = new WasmEngine();
        string imports = string.Concat(Enumerable.Range(0, 25).Select(static i => $"""(import "m" "f{i}" (func))"""));
        using var module = WasmModule.FromText(engine, $"""(module (import "m" "there" (func)) {imports})""");
        using var store = new WasmStore(engine);

        var error = Assert.Throws<WasmError>(() => store.Instantiate(module, new ImportSet().Define("m", "there", static () => { })));

        Assert.Equal(ErrorCode.MissingImport, error.Code);
        Assert.StartsWith("The module imports 25 things that are not defined: m::f0 (", error.Message, StringComparison.Ordinal);
        Assert.Contains("m::f19", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("and 5 more.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("there", error.Message, StringComparison.Ordinal);
    }
}
