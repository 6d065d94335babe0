using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

/// <summary>Numbers and vectors arrive bit for bit, NaN payloads included, on every way in and out.</summary>
[Trait("Row", "4")]
public sealed class BitTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0x7FC00000u)]
    [InlineData(0x7FC12345u)]
    [InlineData(0xFFC00001u)]
    [InlineData(0x7FA00001u)]
    [InlineData(0xFF800001u)]
    [InlineData(0x80000000u)]
    [InlineData(0x00000001u)]
    public void The_bits_of_a_float_are_kept(uint bits)
    {
        var (guest, seen) = Echo(ValType.F32);
        float value = BitConverter.UInt32BitsToSingle(bits);

        foreach (var result in new[] { guest.CallVals(value).Value.AsF32(), guest.Call(value).Value.AsF32(), guest.Call<float, float>(value) })
        {
            Assert.Equal(bits, BitConverter.SingleToUInt32Bits(result));
        }

        Assert.All(seen, v => Assert.Equal(bits, BitConverter.SingleToUInt32Bits(v.AsF32())));
        Assert.Equal(3, seen.Count);
    }

    [Theory]
    [InlineData(0x7FF8000000000000ul)]
    [InlineData(0x7FF8123456789ABCul)]
    [InlineData(0xFFF8000000000001ul)]
    [InlineData(0x7FF0000000000001ul)]
    [InlineData(0xFFF4000000000000ul)]
    [InlineData(0x8000000000000000ul)]
    [InlineData(0x0000000000000001ul)]
    public void The_bits_of_a_double_are_kept(ulong bits)
    {
        var (guest, seen) = Echo(ValType.F64);
        double value = BitConverter.UInt64BitsToDouble(bits);

        foreach (var result in new[] { guest.CallVals(value).Value.AsF64(), guest.Call(value).Value.AsF64(), guest.Call<double, double>(value) })
        {
            Assert.Equal(bits, BitConverter.DoubleToUInt64Bits(result));
        }

        Assert.All(seen, v => Assert.Equal(bits, BitConverter.DoubleToUInt64Bits(v.AsF64())));
    }

    [Fact]
    public void Typed_host_functions_keep_the_bits_too()
    {
        var guest = _store.LoadWith(
            """(module (import "host" "f" (func $f (param f32 f64) (result f32 f64))) (func (export "run") (param f32 f64) (result f32 f64) (call $f (local.get 0) (local.get 1))))""",
            (float a, double b) => (a, b));
        var (f, d) = guest.GetFunc("run").Call<float, double, (float, double)>(BitConverter.UInt32BitsToSingle(0x7FA00001), BitConverter.UInt64BitsToDouble(0x7FF0000000000001));

        Assert.Equal(0x7FA00001u, BitConverter.SingleToUInt32Bits(f));
        Assert.Equal(0x7FF0000000000001ul, BitConverter.DoubleToUInt64Bits(d));
    }

    [Fact]
    public void Vectors_keep_their_lanes()
    {
        var (guest, seen) = Echo(ValType.V128);
        var value = new UInt128(0x0F0E0D0C0B0A0908, 0x0706050403020100);

        Assert.Equal((0x0706050403020100ul, 0x0F0E0D0C0B0A0908ul), guest.CallVals(Val.V128(value)).Value.AsV128());
        Assert.Equal(value, guest.Call<UInt128, UInt128>(value));
        Assert.Equal(value, guest.Call(value).Value.ToObject());
        Assert.All(seen, v => Assert.Equal(Val.V128(value), v));

        var lane = _store.Load("""(module (func (export "lane") (param v128) (result i32) (i8x16.extract_lane_u 3 (local.get 0))))""").GetFunc("lane");
        Assert.Equal(3, lane.Call<UInt128, int>(value));
    }

    [Fact]
    public void Vectors_go_through_globals_and_typed_host_functions()
    {
        var value = new UInt128(ulong.MaxValue - 1, 5);
        var global = WasmGlobal.Create(_store.Store, new GlobalType(ValType.V128, true), UInt128.Zero);
        global.Set(value);
        var twice = WasmFunc.FromDelegate(_store.Store, null, (UInt128 a) => (a, a));

        Assert.Equal(value, global.Get().ToObject());
        Assert.Equal((value, value), twice.Call<UInt128, (UInt128, UInt128)>(value));
    }

    private (WasmFunc Guest, List<Val> Seen) Echo(ValType type)
    {
        var seen = new List<Val>();
        var host = HostFunc.Create(new FuncType([type], [type]), (Val v) =>
        {
            seen.Add(v);
            return v;
        });
        var guest = _store.Load($"""(module (import "host" "f" (func $f (param {type}) (result {type}))) (func (export "run") (param {type}) (result {type}) (call $f (local.get 0))))""", host);
        return (guest.GetFunc("run"), seen);
    }
}
