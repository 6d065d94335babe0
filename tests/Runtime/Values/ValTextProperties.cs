using System.Globalization;
using System.Numerics;
using CsCheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

public sealed class ValTextProperties
{
    private static readonly Gen<uint> Bits32 = Gen.Frequency((3, Gen.UInt), (1, Gen.UInt.Select(static b => b | 0x7F800000)), (1, Gen.UInt.Select(static b => b & 0x807FFFFF)));

    private static readonly Gen<ulong> Bits64 = Gen.Frequency((3, Gen.ULong), (1, Gen.ULong.Select(static b => b | 0x7FF0000000000000)), (1, Gen.ULong.Select(static b => b & 0x800FFFFFFFFFFFFF)));

    [Fact]
    public void Every_i32_reads_back() =>
        Gen.Int.Sample(static number => ReadBack(Val.I32(number), ValType.I32).AsI32() == number);

    [Fact]
    public void Every_i64_reads_back() =>
        Gen.Long.Sample(static number => ReadBack(Val.I64(number), ValType.I64).AsI64() == number);

    [Fact]
    public void Every_f32_reads_back_to_the_same_bits() =>
        Bits32.Sample(static bits => BitConverter.SingleToUInt32Bits(ReadBack(Val.F32(BitConverter.UInt32BitsToSingle(bits)), ValType.F32).AsF32()) == bits);

    [Fact]
    public void Every_f64_reads_back_to_the_same_bits() =>
        Bits64.Sample(static bits => BitConverter.DoubleToUInt64Bits(ReadBack(Val.F64(BitConverter.UInt64BitsToDouble(bits)), ValType.F64).AsF64()) == bits);

    [Fact]
    public void Every_v128_reads_back() =>
        Gen.Select(Gen.ULong, Gen.ULong).Sample(static (low, high) => ReadBack(Val.V128(low, high), ValType.V128).AsV128() == (low, high));

    [Fact]
    public void A_hexadecimal_number_rounds_as_its_decimal_spelling_does() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[0, 128], Gen.Int[-1300, 1000]).Sample(static (high, low, drop, exponent) =>
        {
            BigInteger significand = ((UInt128)high << 64 | low) >> drop;
            string hex = $"0x{significand:x}p{exponent}";
            string exact = DecimalOf(significand, exponent);
            return SameResult(hex, exact, ValType.F64) && SameResult(hex, exact, ValType.F32);
        });

    [Fact]
    public void Any_text_is_read_or_refused_but_never_throws()
    {
        ValType[] types = [ValType.I32, ValType.I64, ValType.F32, ValType.F64, ValType.V128, ValType.FuncRef];
        Gen.Char["0123456789abcdefpx.+-_:,inf"].Array[0, 12].Select(static chars => new string(chars)).Sample(text =>
            types.All(type => ValText.TryParse(text, type, out _, out string? problem) == problem is null));
    }

    private static Val ReadBack(Val value, ValType type)
    {
        Assert.True(ValText.TryParse(ValText.Format(value), type, out Val result, out string? problem), problem);
        return result;
    }

    private static bool SameResult(string left, string right, ValType type)
    {
        bool ok = ValText.TryParse(left, type, out Val leftValue, out _);
        return ok == ValText.TryParse(right, type, out Val rightValue, out _)
            && (!ok || string.Equals(ValText.Format(leftValue), ValText.Format(rightValue), StringComparison.Ordinal));
    }

    // significand * 2^exponent, exactly: 2^-n is 5^n / 10^n.
    private static string DecimalOf(BigInteger significand, int exponent) => exponent >= 0
        ? (significand << exponent).ToString(CultureInfo.InvariantCulture)
        : $"{significand * BigInteger.Pow(5, -exponent)}e{exponent}";
}
