using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Row 16: the exports of an instance, in order, by index and by name.</summary>
[Trait("Row", "16")]
public sealed class ExportTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly WasmInstance _instance;

    public ExportTests() => _instance = _store.Load("""
        (module
          (func (export "zulu") (result i32) i32.const 1)
          (memory (export "memory") 1)
          (table (export "a table") 2 externref)
          (global (export "") f32 (f32.const 1.5))
          (tag (export "tag"))
          (func (export "alpha") (param i64)))
        """);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Exports_keep_the_order_of_the_module()
    {
        string[] names = ["zulu", "memory", "a table", "", "tag", "alpha"];

        Assert.Equal(names, _instance.Exports.Select(static e => e.Key), StringComparer.Ordinal);
        Assert.Equal(6, _instance.Exports.Count);
        Assert.Equal(
            [ExternKind.Func, ExternKind.Memory, ExternKind.Table, ExternKind.Global, ExternKind.Tag, ExternKind.Func],
            _instance.Exports.Select(static e => e.Value.Kind));
    }

    [Fact]
    public void An_export_is_found_by_index_and_by_name_as_the_same_object()
    {
        for (int i = 0; i < _instance.Exports.Count; i++)
        {
            var (name, item) = _instance.Exports[i];
            Assert.Same(item, _instance.Exports[name]);
            Assert.Same(item, _instance.Exports.TryGet(name));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => _instance.Exports[6]);
    }

    [Fact]
    public void Each_kind_is_got_by_its_own_method()
    {
        Assert.Equal(1, _instance.GetFunc("zulu").Call<int>());
        Assert.Equal(65536, _instance.GetMemory().Length);
        Assert.Equal(2, _instance.GetTable("a table").Size);
        Assert.Equal(1.5f, _instance.GetGlobal("").Get().AsF32());
        Assert.Same(_instance.Exports[0].Value, _instance.TryGetFunc("zulu"));
    }

    [Fact]
    public void A_missing_name_is_an_error_that_lists_the_names_there_are_or_null()
    {
        var error = Assert.Throws<WasmError>(() => _instance.Exports["beta"]);

        Assert.Equal("export.not_found", error.Code);
        Assert.Equal("The module exports nothing named 'beta': it exports zulu, memory, a table, , tag, alpha.", error.Message);
        Assert.Equal("export.not_found", Assert.Throws<WasmError>(() => _instance.GetFunc("Zulu")).Code);
        Assert.Null(_instance.Exports.TryGet("beta"));
        Assert.Null(_instance.TryGetFunc("beta"));
        Assert.Null(_instance.TryGetFunc("memory"));
        Assert.Contains("it exports nothing", Assert.Throws<WasmError>(() => _store.Load("(module)").GetMemory()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_of_another_kind_is_an_error()
    {
        Assert.Equal("'memory' is a memory, not a func.", Wrong(() => _instance.GetFunc("memory")));
        Assert.Equal("'zulu' is a func, not a memory.", Wrong(() => _instance.GetMemory("zulu")));
        Assert.Equal("'tag' is a tag, not a table.", Wrong(() => _instance.GetTable("tag")));
        Assert.Equal("'a table' is a table, not a global.", Wrong(() => _instance.GetGlobal("a table")));
    }

    [Fact]
    public void Hostile_export_names_are_escaped_and_cut_in_messages()
    {
        var guest = _store.Load($"""(module (memory (export "\1b[2J\0a{new string('y', 60_000)}") 1))""");
        string unknown = Assert.Throws<WasmError>(() => guest.GetFunc("x")).Message;
        string wrong = Assert.Throws<WasmError>(() => guest.GetFunc(guest.Exports[0].Key)).Message;

        Assert.All(new[] { unknown, wrong }, static m =>
        {
            Assert.Contains(@"\x1b[2J\nyyy", m, StringComparison.Ordinal);
            Assert.DoesNotContain(m, char.IsControl);
            Assert.True(m.Length < 400);
        });
    }

    private static string Wrong(Action get)
    {
        var error = Assert.Throws<WasmError>(get);
        Assert.Equal("export.wrong_kind", error.Code);
        return error.Message;
    }
}
