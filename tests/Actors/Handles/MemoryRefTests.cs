using System.Text;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "17")]
public class MemoryRefTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """(module (memory (export "memory") 1 2) (data (i32.const 0) "\2a\00\00\00text"))""";

    [Fact]
    public async Task A_memory_tells_type_and_length_and_grows_to_its_maximum()
    {
        var memory = await NewAsync();

        Assert.Equal(new MemoryType(1, 2), memory.Type);
        Assert.Equal(65536, await memory.GetLengthAsync());
        Assert.Equal(1, await memory.GrowAsync(1));
        Assert.Equal(131072, await memory.GetLengthAsync());
        await Expect.ErrorAsync(ErrorCode.MemoryGrowFailed, memory.GrowAsync(1));
    }

    [Fact]
    public async Task Bytes_numbers_and_text_are_read_and_written()
    {
        var memory = await NewAsync();

        Assert.Equal(42, await memory.ReadAsync<int>(0));
        Assert.Equal("text", await memory.ReadStringAsync(4, 4));
        await memory.WriteAsync(100, new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], (await memory.ReadAsync(100, 3)).ToArray());
        await memory.WriteAsync(200, 1.5);
        Assert.Equal(1.5, await memory.ReadAsync<double>(200));
        Assert.Equal(7, await memory.WriteStringAsync(300, "grüße"));
        Assert.Equal("grüße", await memory.ReadStringAsync(300, 7));
        Assert.Equal(10, await memory.WriteStringAsync(400, "grüße", Encoding.Unicode));
        Assert.Equal("grüße", await memory.ReadStringAsync(400, 10, Encoding.Unicode));
    }

    [Fact]
    public async Task Out_of_range_is_an_error_before_any_byte_is_touched()
    {
        var memory = await NewAsync();

        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.ReadAsync(65535, 2));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.ReadAsync(-1, 1));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.ReadAsync(long.MaxValue, 1));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.ReadAsync(0, -1));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.ReadAsync(0, int.MaxValue));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, memory.WriteAsync(65534, new byte[] { 9, 9, 9 }));
        Assert.Equal([0, 0], (await memory.ReadAsync(65534, 2)).ToArray());
    }

    [Fact]
    public async Task Bytes_that_are_no_such_text_are_an_error()
    {
        var memory = await NewAsync();
        await memory.WriteAsync(10, new byte[] { 0xff, 0xfe, 0xfd });

        var error = await Expect.ErrorAsync(ErrorCode.BadText, memory.ReadStringAsync(10, 3));

        Assert.StartsWith("The 3 bytes at 10 are not valid utf-8", error.Message);
    }

    [Fact]
    public async Task A_negative_growth_is_refused_before_anything_is_sent()
    {
        var memory = await NewAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => memory.GrowAsync(-1).AsTask());
    }

    [Fact]
    public async Task A_memory_made_by_the_host_is_shared_by_the_instances_that_import_it()
    {
        const string Peek = """
            (module
              (import "env" "memory" (memory 1))
              (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
              (func (export "set") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
              (func (export "grow") (result i32) (memory.grow (i32.const 1))))
            """;
        var store = await fixture.Host.CreateStoreAsync();
        var memory = await store.CreateMemoryAsync(new MemoryType(1));
        var module = await fixture.Host.LoadTextAsync(Peek);
        var first = await store.InstantiateAsync(module, [memory]);
        var second = await store.InstantiateAsync(module, [memory]);

        await first.GetFunc("set").CallAsync(8, 123);
        await first.GetFunc("grow").CallAsync();

        Assert.Equal(123, await second.GetFunc("get").CallAsync<int, int>(8));
        Assert.Equal(123, await memory.ReadAsync<int>(8));
        Assert.Equal(2 * 65536, await memory.GetLengthAsync());
    }

    private async Task<MemoryRef> NewAsync() => (await fixture.NewAsync(Module)).GetMemory();
}
