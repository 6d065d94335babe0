using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Rows 12 and 17: linear memories.</summary>
[Trait("Row", "12")]
[Trait("Row", "17")]
public sealed class MemoryTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(65536, 1)]
    [InlineData(65533, 4)]
    [InlineData(-1, 1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, 1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    [InlineData(0, 65537)]
    [InlineData(65537, 0)]
    public void Out_of_range_is_an_error_before_any_byte_is_touched(long address, int length)
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        memory.Write(0, Enumerable.Repeat((byte)7, 65536).ToArray());
        byte[] target = [.. Enumerable.Repeat((byte)9, Math.Min(length, 100_000))];

        AssertOutOfRange(() => memory.ReadBytes(address, length));
        AssertOutOfRange(() => memory.ReadString(address, length));
        if (length <= 100_000)
        {
            AssertOutOfRange(() => memory.Read(address, target));
            AssertOutOfRange(() => memory.Write(address, target));
        }

        Assert.All(target, static b => Assert.Equal(9, b));
        Assert.Equal(Enumerable.Repeat((byte)7, 65536), memory.ReadBytes(0, 65536));
    }

    [Fact]
    public void Numbers_and_text_that_do_not_fit_are_not_written_in_part()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));

        AssertOutOfRange(() => memory.Write(65529, ulong.MaxValue));
        AssertOutOfRange(() => memory.Read<Guid>(65521));
        AssertOutOfRange(() => memory.WriteString(65530, "seven b"));
        AssertOutOfRange(() => memory.WriteString(65532, "two", Encoding.Unicode));
        Assert.Equal(new byte[16], memory.ReadBytes(65520, 16));
        memory.Write(65528, ulong.MaxValue);
        Assert.Equal(ulong.MaxValue, memory.Read<ulong>(65528));
    }

    [Fact]
    public void The_ends_of_the_memory_are_in_range()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));

        Assert.Empty(memory.ReadBytes(65536, 0));
        Assert.Equal("", memory.ReadString(65536, 0));
        memory.Write(65536, []);
        Assert.Equal(0, memory.WriteString(65536, ""));
        Assert.Single(memory.ReadBytes(65535, 1));
        Assert.Empty(WasmMemory.Create(_store.Store, new MemoryType(0)).ReadBytes(0, 0));
    }

    [Fact]
    public void A_negative_address_is_explained()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        Assert.Contains("cast it to uint", Assert.Throws<WasmError>(() => memory.ReadBytes(-2, 1)).Message, StringComparison.Ordinal);
        Assert.Equal("memory.out_of_range", Assert.Throws<WasmError>(() => memory.ReadBytes(0, -1)).Code);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        memory.Write(0, [0x61, 0xFF, 0x62]);
        memory.Write(8, [0x00, 0xD8, 0x61, 0x00]);

        AssertBadText(() => memory.ReadString(0, 3));
        AssertBadText(() => memory.ReadString(0, 3, Encoding.UTF8));
        AssertBadText(() => memory.ReadString(8, 4, Encoding.Unicode));
        AssertBadText(() => memory.ReadString(8, 3, Encoding.Unicode));
        Assert.Equal("a\u00FFb", memory.ReadString(0, 3, Encoding.Latin1));
    }

    [Fact]
    public void A_byte_order_mark_is_neither_read_nor_written_by_itself()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));

        Assert.Equal(1, memory.WriteString(0, "a", Encoding.UTF8));
        Assert.Equal(2, memory.WriteString(0, "a", Encoding.Unicode));
        memory.Write(0, [0xEF, 0xBB, 0xBF, 0x61]);
        Assert.Equal("\uFEFFa", memory.ReadString(0, 4));
    }

    [Fact]
    public void Growth_is_seen_by_host_and_guest_alike()
    {
        var guest = _store.Load("""
            (module (memory (export "memory") 1 3)
              (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
              (func (export "pages") (result i32) memory.size))
            """);
        var memory = guest.GetMemory();

        Assert.Equal(1, memory.Grow(1));
        Assert.Equal(2, guest.GetFunc("pages").Call<int>());
        Assert.Equal(2, guest.GetFunc("grow").Call<int, int>(1));
        Assert.Equal((3L, 196608L), (memory.Pages, memory.Length));
        Assert.Equal(-1, guest.GetFunc("grow").Call<int, int>(1));
        Assert.Equal(3, memory.Grow(0));
        foreach (long pages in new[] { 1, 1L << 16, 1L << 48, long.MaxValue })
        {
            Assert.Equal("memory.grow_failed", Assert.Throws<WasmError>(() => memory.Grow(pages)).Code);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Grow(-1));
        Assert.Equal(3, memory.Pages);
    }

    [Fact]
    public void A_memory_is_shared_by_the_instances_that_import_it()
    {
        var owner = _store.Load("""(module (memory (export "memory") 1) (func (export "get") (param i32) (result i32) (i32.load (local.get 0))))""");
        var user = _store.Store.Instantiate(
            _store.Compile("""(module (import "" "" (memory 1)) (func (export "set") (param i32 i32) (i32.store (local.get 0) (local.get 1))))"""),
            [owner.GetMemory()]);
        user.GetFunc("set").Call<int, int, Nothing>(8, 1234);

        Assert.Equal(1234, owner.GetFunc("get").Call<int, int>(8));
        Assert.Equal(1234, owner.GetMemory().Read<int>(8));
    }

    [Fact]
    public void A_memory_with_64_bit_addresses_is_read_and_written_beyond_4_GiB()
    {
        using var store = new TestStore(new() { MemoryBytes = 6L << 30 });
        var guest = store.Load("""
            (module (memory (export "memory") i64 65537 65538)
              (func (export "store") (param i64 i32) (i32.store (local.get 0) (local.get 1))))
            """);
        var memory = guest.GetMemory();

        Assert.Equal("memory64 65537..65538 pages", memory.Type.ToString());
        Assert.Equal(65537L * 65536, memory.Length);
        guest.GetFunc("store").Call<long, int, Nothing>((1L << 32) + 8, 77);
        Assert.Equal(77, memory.Read<int>((1L << 32) + 8));
        Assert.Equal(5, memory.WriteString((1L << 32) + 100, "above"));
        Assert.Equal("above", memory.ReadString((1L << 32) + 100, 5));
        AssertOutOfRange(() => memory.Read<int>((1L << 32) + 65534));
    }

    [Fact]
    public void A_memory_of_the_host_s_has_the_type_it_was_made_with()
    {
        Assert.Equal("memory 1.. pages", WasmMemory.Create(_store.Store, new MemoryType(1)).Type.ToString());
        var tiny = WasmMemory.Create(_store.Store, new MemoryType(10, 20, PageSizeLog2: 0));
        Assert.Equal((10L, 10L), (tiny.Length, tiny.Pages));
        Assert.Equal(10, tiny.Grow(5));
        Assert.Equal(15, tiny.Length);
    }

    private static void AssertOutOfRange(Action use) => Assert.Equal("memory.out_of_range", Assert.Throws<WasmError>(use).Code);

    [Fact]
    public void Text_that_an_encoding_has_no_form_for_is_an_error_and_nothing_is_written()
    {
        using var store = new TestStore();
        var memory = WasmMemory.Create(store.Store, new MemoryType(1, null));

        AssertBadText(() => memory.WriteString(0, "a\ud800b"));
        AssertBadText(() => memory.WriteString(0, "a\ud800b", Encoding.UTF8));
        AssertBadText(() => memory.WriteString(0, "a\ud800b", Encoding.Unicode));
        AssertBadText(() => memory.WriteString(0, "a\ud800b", Encoding.BigEndianUnicode));
        AssertBadText(() => memory.WriteString(0, "é", Encoding.ASCII));
        Assert.Equal(new byte[16], memory.ReadBytes(0, 16));
    }

    [Fact]
    public void Big_endian_text_is_written_and_read_as_such()
    {
        using var store = new TestStore();
        var memory = WasmMemory.Create(store.Store, new MemoryType(1, null));

        Assert.Equal(4, memory.WriteString(0, "aé", Encoding.BigEndianUnicode));
        Assert.Equal([0, (byte)'a', 0, 0xe9], memory.ReadBytes(0, 4));
        Assert.Equal("aé", memory.ReadString(0, 4, Encoding.BigEndianUnicode));
    }

    private static void AssertBadText(Action use) => Assert.Equal("memory.bad_text", Assert.Throws<WasmError>(use).Code);
}
