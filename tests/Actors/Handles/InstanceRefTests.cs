using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "16")]
public class InstanceRefTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (tag (export "tag") (param i32))
          (func (export "zeta") (result i32) (i32.const 1))
          (memory (export "memory") 1)
          (global (export "alpha") i32 (i32.const 5))
          (table (export "table") 1 funcref)
          (func (export "beta")))
        """;

    [Fact]
    public async Task Exports_are_an_ordered_mapping_from_name_to_handle()
    {
        var instance = await fixture.NewAsync(Module);

        Assert.Equal(
            [("tag", typeof(TagRef)), ("zeta", typeof(FuncRef)), ("memory", typeof(MemoryRef)), ("alpha", typeof(GlobalRef)), ("table", typeof(TableRef)), ("beta", typeof(FuncRef))],
            instance.Exports.Select(e => (e.Key, e.Value.GetType())));
        Assert.Same(instance.Exports[1].Value, instance.GetExport("zeta"));
        Assert.Equal(1, await ((FuncRef)instance.Exports[1].Value).CallAsync<int>());
    }

    [Fact]
    public async Task Each_export_tells_its_type()
    {
        var instance = await fixture.NewAsync(Module);

        Assert.Equal(
            "tag (i32); () -> (i32); memory 1.. pages; global i32; table 1.. funcref; () -> ()",
            string.Join("; ", instance.Exports.Select(e => e.Value.Type)));
    }

    [Fact]
    public async Task A_missing_name_is_an_error_or_null()
    {
        var instance = await fixture.NewAsync(Module);

        var error = Assert.Throws<WasmError>(() => instance.GetExport("gamma"));

        Assert.Equal(ErrorCode.ExportNotFound, error.Code);
        Assert.Equal("The module exports nothing named 'gamma': it exports tag, zeta, memory, alpha, table, beta.", error.Message);
        Assert.Null(instance.TryGetExport("gamma"));
        Assert.Null(instance.TryGetFunc("gamma"));
    }

    [Fact]
    public async Task A_name_of_another_kind_is_an_error_naming_both_kinds()
    {
        var instance = await fixture.NewAsync(Module);

        Assert.Equal("'memory' is a memory, not a func.", Refused(() => instance.GetFunc("memory")));
        Assert.Equal("'zeta' is a func, not a memory.", Refused(() => instance.GetMemory("zeta")));
        Assert.Equal("'alpha' is a global, not a table.", Refused(() => instance.GetTable("alpha")));
        Assert.Equal("'table' is a table, not a global.", Refused(() => instance.GetGlobal("table")));
        Assert.Null(instance.TryGetFunc("memory"));
    }

    [Fact]
    public async Task Two_instances_of_one_module_have_handles_of_their_own()
    {
        var first = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var second = await first.Store.InstantiateAsync(first.Module, Guests.NoHost);

        Assert.Equal(1, await first.GetFunc("next").CallAsync<int>());
        Assert.Equal(2, await first.GetFunc("next").CallAsync<int>());
        Assert.Equal(1, await second.GetFunc("next").CallAsync<int>());
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.GetFunc("next"), second.GetFunc("next"));
        Assert.Equal(first.GetFunc("next"), first.GetExport("next"));
        Assert.Equal((1, 2), (first.Number, second.Number));
    }

    private static string Refused(Func<object> work)
    {
        var error = Assert.Throws<WasmError>(work);
        Assert.Equal(ErrorCode.ExportWrongKind, error.Code);
        return error.Message;
    }
}
