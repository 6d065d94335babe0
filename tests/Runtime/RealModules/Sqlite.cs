using System.Text;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>SQLite as its authors build it for JavaScript: it imports its memory, and SQL calls functions of the host by the table.</summary>
internal sealed class Sqlite
{
    private const int Utf8 = 1;
    private const int Row = 100;
    private const int Transient = -1;

    private readonly WasmInstance _instance;
    private readonly WasmMemory _memory;
    private readonly int _database;

    internal Sqlite(WasmStore store, WasmModule module)
    {
        _memory = WasmMemory.Create(store, (MemoryType)module.Imports.Single(static i => i.Name == "memory").Type);
        _instance = store.Instantiate(module, new ImportSet { Unknown = UnknownImports.Default }.Define("env", "memory", _memory));
        Call("__wasm_call_ctors");
        int result = Call("sqlite3_malloc", 8);
        Assert.Equal(0, Call("sqlite3_open_v2", Text(":memory:"), result, 6, 0));
        _database = _memory.Read<int>((uint)result);
    }

    /// <summary>Offers SQL a function of one text.</summary>
    internal void Define(string name, Func<string, string> function)
    {
        var callback = WasmFunc.FromDelegate(_instance.Store, null, (WasmCaller caller, int context, int count, int values) =>
        {
            // What a host function has is the caller: the memory is the one that was given in.
            var memory = caller.GetMemory();
            int value = memory.Read<int>((uint)values);
            int text = caller.GetFunc("sqlite3_value_text").Call<int, int>(value);
            int length = caller.GetFunc("sqlite3_value_bytes").Call<int, int>(value);
            byte[] answer = Encoding.UTF8.GetBytes(function(memory.ReadString((uint)text, length)));
            int room = caller.GetFunc("sqlite3_malloc").Call<int, int>(answer.Length);
            memory.Write((uint)room, answer);
            caller.GetFunc("sqlite3_result_text").Call(context, room, answer.Length, Transient);
            caller.GetFunc("sqlite3_free").Call(room);
        });
        int index = (int)_instance.GetTable("__indirect_function_table").Grow(1, Val.FuncRef(callback));
        Assert.Equal(0, Call("sqlite3_create_function_v2", _database, Text(name), 1, Utf8, 0, index, 0, 0, 0));
    }

    /// <summary>Returns the first column of each row.</summary>
    internal List<string> Query(string sql)
    {
        int result = Call("sqlite3_malloc", 8);
        Assert.Equal(0, Call("sqlite3_prepare_v2", _database, Text(sql), -1, result, 0));
        int statement = _memory.Read<int>((uint)result);
        var rows = new List<string>();
        while (Call("sqlite3_step", statement) == Row)
        {
            rows.Add(_memory.ReadString((uint)Call("sqlite3_column_text", statement, 0), Call("sqlite3_column_bytes", statement, 0)));
        }

        Assert.Equal(0, Call("sqlite3_finalize", statement));
        return rows;
    }

    private int Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        int at = Call("sqlite3_malloc", bytes.Length);
        _memory.Write((uint)at, bytes);
        return at;
    }

    private int Call(string name, params object[] arguments) =>
        _instance.GetFunc(name).Call((ReadOnlySpan<object?>)arguments) is { Count: 1 } results ? results.Value.AsI32() : 0;
}
