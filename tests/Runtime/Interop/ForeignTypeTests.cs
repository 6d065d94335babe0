using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>Types that Wasmtime would end the process for: of another engine, or of no meaning at all.</summary>
public sealed class ForeignTypeTests : IDisposable
{
    private const string Declarations = """
        (module
          (type $point (struct (field i32)))
          (func (export "f") (param (ref null $point)) (result (ref null $point)) local.get 0)
          (global (export "g") (mut (ref null $point)) (ref.null $point))
          (table (export "t") 1 (ref null $point))
          (tag (export "e") (param (ref null $point))))
        """;

    private readonly TestStore _store = new();
    private readonly WasmEngine _otherEngine = new();

    public void Dispose()
    {
        _store.Dispose();
        _otherEngine.Dispose();
    }

    [Fact]
    public void A_type_defined_by_a_module_serves_the_stores_of_its_engine()
    {
        var type = Type<FuncType>(_store.Engine, 0);
        var func = WasmFunc.FromDelegate(_store.Store, type, (Val v) => v);

        Assert.True(func.CallVals(Val.Null(type.Params[0])).Value.IsNull);
        Assert.Equal(type, func.Type);
        Assert.Equal(type, Type<FuncType>(_store.Engine, 0));
    }

    [Fact]
    public void A_function_type_of_another_engine_makes_no_function()
    {
        var foreign = Type<FuncType>(_otherEngine, 0);

        var error = Assert.Throws<WasmError>(() => WasmFunc.FromDelegate(_store.Store, foreign, (Val v) => v));
        Assert.Equal("store.wrong_store", error.Code);
        Assert.Contains("another engine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_type_of_another_engine_serves_no_import()
    {
        var foreign = HostFunc.Create(Type<FuncType>(_otherEngine, 0), (Val v) => v);
        const string Importer = """(module (type $point (struct (field i32))) (import "host" "f" (func (param (ref null $point)) (result (ref null $point)))))""";

        Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(() => _store.Load(Importer, foreign)).Code);
    }

    [Fact]
    public void Global_and_table_types_of_another_engine_make_nothing()
    {
        Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(() => WasmGlobal.Create(_store.Store, Type<GlobalType>(_otherEngine, 1), null)).Code);
        Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(() => WasmTable.Create(_store.Store, Type<TableType>(_otherEngine, 2))).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Types_of_two_engines_can_be_compared_and_differ(int export) =>
        Assert.NotEqual(Type<ExternType>(_otherEngine, export), Type<ExternType>(_store.Engine, export));

    [Fact]
    public void A_type_outlives_its_module_and_its_engine()
    {
        var engine = new WasmEngine();
        var (one, two) = (Type<FuncType>(engine, 0), Type<FuncType>(engine, 0));
        engine.Dispose();
        GC.Collect();

        Assert.Equal(one, two);
    }

    [Fact]
    public void There_is_no_reference_type_over_an_unknown_heap_type() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ValType.Reference((HeapType)99));

    [Fact]
    public void A_table_of_numbers_cannot_be_made()
    {
        var error = Assert.Throws<WasmError>(() => WasmTable.Create(_store.Store, new TableType(ValType.I32, 1), 5));
        Assert.Equal("value.wrong_type", error.Code);
    }

    [Fact]
    public void Memories_that_cannot_exist_are_refused()
    {
        using var store = new TestStore(new() { MemoryBytes = null });
        Assert.Equal("engine.bad_settings", Assert.Throws<WasmError>(() => WasmMemory.Create(store.Store, new MemoryType(1, 1, IsShared: true))).Code);
        foreach (var type in new MemoryType[] { new(2, 1), new(65537), new(ulong.MaxValue, Is64: true), new(1, PageSizeLog2: 5), new(1, PageSizeLog2: 200) })
        {
            Assert.Equal("engine.error", Assert.Throws<WasmError>(() => WasmMemory.Create(store.Store, type)).Code);
        }
    }

    [Theory]
    [InlineData(HeapType.Extern)]
    [InlineData(HeapType.NoExtern)]
    [InlineData(HeapType.Func)]
    [InlineData(HeapType.NoFunc)]
    [InlineData(HeapType.Any)]
    [InlineData(HeapType.None)]
    [InlineData(HeapType.Eq)]
    [InlineData(HeapType.I31)]
    [InlineData(HeapType.Array)]
    [InlineData(HeapType.Struct)]
    [InlineData(HeapType.Exn)]
    [InlineData(HeapType.NoExn)]
    public void Every_abstract_reference_type_serves_globals_tables_and_functions(HeapType heap)
    {
        var type = ValType.Reference(heap);
        var global = WasmGlobal.Create(_store.Store, new GlobalType(type, true), null);
        var table = WasmTable.Create(_store.Store, new TableType(type, 2));
        var func = WasmFunc.FromDelegate(_store.Store, new FuncType([type], [type]), (Val v) => v);

        Assert.Equal(Val.Null(type), global.Get());
        Assert.Equal(Val.Null(type), table.Get(1));
        Assert.Equal(Val.Null(type), func.CallVals(Val.Null(type)).Value);
        Assert.Throws<WasmError>(() => WasmGlobal.Create(_store.Store, new GlobalType(ValType.Reference(heap, nullable: false), true), null));
    }

    private static T Type<T>(WasmEngine engine, int export)
        where T : ExternType
    {
        using var module = WasmModule.FromText(engine, Declarations);
        return (T)module.Exports[export].Type;
    }
}
