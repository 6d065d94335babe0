using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "17")]
public class TableRefTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (type $unary (func (param i32) (result i32)))
          (table (export "table") 3 4 funcref)
          (table (export "objects") 1 externref)
          (elem (table 0) (i32.const 0) func $increment)
          (func $increment (export "increment") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
          (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
          (func (export "call") (param i32 i32) (result i32) (call_indirect 0 (type $unary) (local.get 1) (local.get 0)))
          (func (export "identity") (param funcref) (result funcref) (local.get 0)))
        """;

    [Fact]
    public async Task A_table_tells_type_and_size_and_grows_to_its_maximum()
    {
        var instance = await fixture.NewAsync(Module);
        var table = instance.GetTable("table");

        Assert.Equal(new TableType(ValType.FuncRef, 3, 4), table.Type);
        Assert.Equal(3, await table.GetSizeAsync());
        Assert.Equal(3, await table.GrowAsync(1, instance.GetFunc("double")));
        Assert.Equal(4, await table.GetSizeAsync());
        Assert.Equal(14, await instance.GetFunc("call").CallAsync<int, int, int>(3, 7));
        await Expect.ErrorAsync(ErrorCode.TableGrowFailed, table.GrowAsync(1));
    }

    [Fact]
    public async Task A_function_out_of_a_table_is_called_by_its_handle()
    {
        var table = (await fixture.NewAsync(Module)).GetTable("table");

        var func = (await table.GetAsync(0)).AsFunc()!;

        Assert.Equal("(i32) -> (i32)", func.Type.ToString());
        Assert.Equal(8, await func.CallAsync<int, int>(7));
        Assert.Equal(func, (await table.GetAsync(0)).AsFunc());
        Assert.True((await table.GetAsync(1)).IsNull);
        Assert.Null((await table.GetAsync(1)).AsFunc());
    }

    [Fact]
    public async Task A_functions_handle_is_put_into_a_table_and_the_guest_calls_it()
    {
        var instance = await fixture.NewAsync(Module);
        var host = await instance.Store.CreateFuncAsync(null, (int x) => x * 100);
        var table = instance.GetTable("table");

        await table.SetAsync(1, instance.GetFunc("double"));
        await table.SetAsync(2, host);

        Assert.Equal(10, await instance.GetFunc("call").CallAsync<int, int, int>(1, 5));
        Assert.Equal(500, await instance.GetFunc("call").CallAsync<int, int, int>(2, 5));
        await table.SetAsync(1, null);
        await Expect.TrapAsync("trap.indirect_call_to_null", instance.GetFunc("call").CallAsync<int, int, int>(1, 5));
    }

    [Fact]
    public async Task A_function_reference_passes_through_a_guest_and_back()
    {
        var instance = await fixture.NewAsync(Module);

        var back = (await instance.GetFunc("identity").CallAsync(instance.GetFunc("double"))).Value.AsFunc()!;

        Assert.Equal(42, await back.CallAsync<int, int>(21));
        Assert.True((await instance.GetFunc("identity").CallAsync((object?)null)).Value.IsNull);
    }

    [Fact]
    public async Task An_index_outside_of_the_table_is_an_error()
    {
        var table = (await fixture.NewAsync(Module)).GetTable("table");

        await Expect.ErrorAsync(ErrorCode.TableOutOfRange, table.GetAsync(3));
        await Expect.ErrorAsync(ErrorCode.TableOutOfRange, table.SetAsync(-1, null));
    }

    [Fact]
    public async Task An_element_of_another_type_is_an_error()
    {
        var table = (await fixture.NewAsync(Module)).GetTable("table");

        var error = await Expect.ErrorAsync(ErrorCode.WrongType, table.SetAsync(0, 5));

        Assert.Equal("Element of a table: 5 (Int32) is no funcref, and cannot become one without loss.", error.Message);
    }

    [Fact]
    public async Task A_table_of_host_objects_keeps_them_and_a_handle_is_such_an_object_too()
    {
        var instance = await fixture.NewAsync(Module);
        var objects = instance.GetTable("objects");

        await objects.SetAsync(0, "text");
        Assert.Equal("text", (await objects.GetAsync(0)).AsExternRef());
        await objects.SetAsync(0, instance.GetFunc("double"));
        Assert.Same(instance.GetFunc("double"), (await objects.GetAsync(0)).AsExternRef());
    }

    [Fact]
    public async Task A_table_made_by_the_host_is_shared_by_the_instances_that_import_it()
    {
        const string Caller = """
            (module
              (import "env" "table" (table 1 funcref))
              (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0)))
              (func $five (export "five") (result i32) (i32.const 5))
              (elem declare func $five)
              (func (export "fill") (table.set (i32.const 0) (ref.func $five))))
            """;
        var store = await fixture.Host.CreateStoreAsync();
        var table = await store.CreateTableAsync(new TableType(ValType.FuncRef, 1));
        var module = await fixture.Host.LoadTextAsync(Caller);
        var first = await store.InstantiateAsync(module, [table]);
        var second = await store.InstantiateAsync(module, [table]);

        await first.GetFunc("fill").CallAsync();

        Assert.Equal(5, await second.GetFunc("call").CallAsync<int>());
        Assert.Equal(5, await (await table.GetAsync(0)).AsFunc()!.CallAsync<int>());
    }
}
