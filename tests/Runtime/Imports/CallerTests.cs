using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Rows 11, 12 and 19: what a host function reaches through its caller, and for how long.</summary>
public sealed class CallerTests
{
    private const string Calling = """
        (module
          (import "host" "f" (func $f))
          (memory (export "memory") 1 2)
          (data (i32.const 16) "hello, w\c3\b6rld")
          (table (export "table") 3 funcref)
          (global (export "global") (mut i32) (i32.const 5))
          (tag (export "tag") (param i32))
          (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
          (func (export "run") (call $f))
          (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0))))
        """;

    [Fact]
    [Trait("Row", "11")]
    public void The_caller_gives_each_kind_of_export()
    {
        Run(caller =>
        {
            Assert.Equal(42, caller.GetFunc("double").Call<int, int>(21));
            Assert.Equal(65536, caller.GetMemory().Length);
            Assert.Equal(3, caller.GetTable("table").Size);
            Assert.Equal(5, caller.GetGlobal("global").Get().AsI32());
            Assert.Equal("tag (i32)", Assert.IsType<WasmTag>(caller.GetExport("tag")).Type.ToString());
            Assert.IsType<WasmFunc>(caller.TryGetExport("run"));
        });
    }

    [Fact]
    [Trait("Row", "11")]
    public void An_unknown_name_is_an_error_or_null()
    {
        Run(caller =>
        {
            Assert.Null(caller.TryGetExport("nothing"));
            Assert.Null(caller.TryGetExport(""));
            var error = Assert.Throws<WasmError>(() => caller.GetExport("noth\u001bing"));
            Assert.Equal("export.not_found", error.Code);
            Assert.Contains(@"'noth\x1bing'", error.Message, StringComparison.Ordinal);
            Assert.Equal("export.not_found", Assert.Throws<WasmError>(() => caller.GetFunc("nothing")).Code);
        });
    }

    [Fact]
    [Trait("Row", "11")]
    public void An_export_of_another_kind_is_an_error_that_names_both()
    {
        Run(caller =>
        {
            var error = Assert.Throws<WasmError>(() => caller.GetFunc("memory"));
            Assert.Equal(("export.wrong_kind", "'memory' is a memory, not a func."), (error.Code, error.Message));
            Assert.Equal("export.wrong_kind", Assert.Throws<WasmError>(() => caller.GetGlobal("table")).Code);
        });
    }

    [Fact]
    [Trait("Row", "11")]
    public void The_caller_is_the_instance_that_called_not_another_of_the_store()
    {
        using var store = new TestStore();
        var seen = new List<int>();
        var set = new ImportSet().Define("host", "f", (WasmCaller caller) => seen.Add(caller.GetGlobal("id").Get().AsI32()));
        var instances = Enumerable.Range(1, 2).Select(i => store.Load(
            $"""(module (import "host" "f" (func $f)) (global (export "id") i32 (i32.const {i})) (func (export "run") (call $f)))""", set)).ToArray();
        instances[1].GetFunc("run").Call();
        instances[0].GetFunc("run").Call();

        Assert.Equal([2, 1], seen);
    }

    [Theory]
    [Trait("Row", "11")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_caller_is_dead_after_the_host_function_returned_or_threw(bool throws)
    {
        using var store = new TestStore();
        WasmCaller kept = default;
        var guest = store.LoadWith(Calling, (WasmCaller caller) =>
        {
            kept = caller;
            if (throws)
            {
                throw new IOException();
            }
        });
        Assert.Equal(throws ? "host.exception" : "", Catch(() => guest.GetFunc("run").Call()));

        AssertDead(kept);
        OtherThread.Run(() => AssertDead(kept));
    }

    [Fact]
    [Trait("Row", "11")]
    public void A_caller_of_an_earlier_call_stays_dead_in_a_later_one()
    {
        using var store = new TestStore();
        WasmCaller? first = null;
        var guest = store.LoadWith(Calling, (WasmCaller caller) =>
        {
            if (first is { } earlier)
            {
                AssertDead(earlier);
                Assert.NotNull(caller.Store);
            }

            first ??= caller;
        });
        guest.GetFunc("run").Call();
        guest.GetFunc("run").Call();
    }

    [Fact]
    [Trait("Row", "11")]
    public void The_caller_is_dead_on_another_thread_and_during_a_nested_call()
    {
        using var store = new TestStore();
        int depth = 0;
        WasmCaller outer = default;
        var guest = store.LoadWith(Calling, (WasmCaller caller) =>
        {
            if (depth++ == 0)
            {
                outer = caller;
                OtherThread.Run(() => AssertDead(caller));
                caller.GetFunc("run").Call();
                Assert.NotNull(caller.GetMemory());
            }
            else
            {
                AssertDead(outer);
                Assert.NotNull(caller.GetMemory());
            }
        });
        guest.GetFunc("run").Call();
        Assert.Equal(2, depth);
    }

    [Fact]
    [Trait("Row", "11")]
    public void A_caller_that_was_never_given_is_dead() => AssertDead(default);

    [Fact]
    [Trait("Row", "12")]
    public void Bytes_and_text_are_read_and_written_through_the_caller()
    {
        Run(caller =>
        {
            var memory = caller.GetMemory();
            Assert.Equal("hello, wörld", memory.ReadString(16, 13));
            Assert.Equal("hello"u8.ToArray(), memory.ReadBytes(16, 5));

            Assert.Equal(6, memory.WriteString(100, "añ€"));
            Assert.Equal("añ€", memory.ReadString(100, 6));
            Assert.Equal(8, memory.WriteString(200, "a𝄞€", Encoding.Unicode));
            Assert.Equal("a𝄞€", memory.ReadString(200, 8, Encoding.Unicode));
            Assert.Equal([0x61, 0x00, 0x34, 0xD8], memory.ReadBytes(200, 4));

            memory.Write(300, [1, 2, 255]);
            Assert.Equal(255, caller.GetFunc("peek").Call<int, int>(302));
            memory.Write(304, 0x01020304);
            Assert.Equal([4, 3, 2, 1], memory.ReadBytes(304, 4));
            Assert.Equal(0x01020304, memory.Read<int>(304));

            Assert.Equal((65536L, 1L), (memory.Length, memory.Pages));
            Assert.Equal(1, memory.Grow(1));
            Assert.Equal(131072, memory.Length);
            Assert.Equal("memory.grow_failed", Catch(() => memory.Grow(1)));
        });
    }

    [Fact]
    [Trait("Row", "19")]
    public void The_store_s_data_is_reached_through_the_caller()
    {
        var data = new List<string>();
        using var store = new TestStore(data: data);
        var guest = store.LoadWith(Calling, (WasmCaller caller) => ((List<string>)caller.Data!).Add($"store {caller.Store.Id}"));
        guest.GetFunc("run").Call();

        Assert.Equal([$"store {store.Store.Id}"], data);
        store.Store.Data = null;
        Assert.Equal("host.exception", Catch(() => guest.GetFunc("run").Call()));
    }

    private static void Run(Action<WasmCaller> body)
    {
        using var store = new TestStore();
        bool ran = false;
        store.LoadWith(Calling, (WasmCaller caller) =>
        {
            body(caller);
            ran = true;
        }).GetFunc("run").Call();
        Assert.True(ran);
    }

    private static void AssertDead(WasmCaller caller)
    {
        foreach (var use in new Action[]
        {
            () => _ = caller.Store, () => _ = caller.Data, () => caller.GetExport("memory"), () => caller.TryGetExport("memory"),
            () => caller.GetMemory(), () => caller.GetFunc("run"), () => caller.GetTable("table"), () => caller.GetGlobal("global"),
        })
        {
            Assert.Equal("caller.gone", Catch(use));
        }
    }

    private static string Catch(Action action) => Record.Exception(action) is { } thrown ? Assert.IsType<WasmError>(thrown).Code : "";
}
