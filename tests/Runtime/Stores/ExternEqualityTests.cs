using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Row 17: objects of a store that stand for the same thing are equal, however they were reached.</summary>
[Trait("Row", "17")]
public sealed class ExternEqualityTests : IDisposable
{
    private const string Owner = """
        (module
          (func (export "func"))
          (memory (export "memory") 1) (memory (export "other-memory") 1)
          (table (export "table") 1 funcref) (table (export "other-table") 1 funcref)
          (global (export "global") (mut i32) (i32.const 0)) (global (export "other-global") (mut i32) (i32.const 0))
          (tag (export "tag")) (tag (export "other-tag")))
        """;

    private const string Passer = """
        (module
          (import "o" "func" (func $f)) (import "o" "memory" (memory $m 1)) (import "o" "table" (table $t 1 funcref))
          (import "o" "global" (global $g (mut i32))) (import "o" "tag" (tag $x))
          (export "func" (func $f)) (export "memory" (memory $m)) (export "table" (table $t))
          (export "global" (global $g)) (export "tag" (tag $x)))
        """;

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("memory")]
    [InlineData("table")]
    [InlineData("global")]
    [InlineData("tag")]
    public void The_same_thing_reached_through_two_instances_is_equal(string name)
    {
        var owner = _store.Load(Owner);
        var passer = _store.Load(Passer, new ImportSet().DefineInstance("o", owner));

        Assert.Equal(owner.GetExport(name), passer.GetExport(name));
        Assert.Equal(owner.GetExport(name).GetHashCode(), passer.GetExport(name).GetHashCode());
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("table")]
    [InlineData("global")]
    [InlineData("tag")]
    public void Different_things_are_not_equal(string name)
    {
        var owner = _store.Load(Owner);

        Assert.NotEqual(owner.GetExport(name), owner.GetExport($"other-{name}"));
        Assert.NotEqual(owner.GetExport(name), _store.Load(Owner).GetExport(name));
    }

    [Fact]
    public void An_instance_answers_exports_of_any_kind_by_name()
    {
        var owner = _store.Load(Owner);

        Assert.IsType<WasmMemory>(owner.GetExport("memory"));
        Assert.Null(owner.TryGetExport("missing"));
        Assert.Equal("export.not_found", Assert.Throws<Runtime.Failures.WasmError>(() => owner.GetExport("missing")).Code);
        Assert.Throws<ArgumentNullException>(() => owner.GetExport(null!));
    }
}
