using System.Text;
using System.Text.Json;
using CsCheck;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Tests.Contracts;

public class JsonArgumentsTests
{
    [Theory]
    [InlineData("[-2147483648]", "i32", "-2147483648")]
    [InlineData("[4294967295]", "i32", "-1")]
    [InlineData("[\"0xff\"]", "i32", "255")]
    [InlineData("[9223372036854775807]", "i64", "9223372036854775807")]
    [InlineData("[18446744073709551615]", "i64", "-1")]
    [InlineData("[\"-9223372036854775808\"]", "i64", "-9223372036854775808")]
    [InlineData("[0.1]", "f32", "0.1")]
    [InlineData("[1]", "f64", "1")]
    [InlineData("[1e308]", "f64", "1E+308")]
    [InlineData("[\"NaN\"]", "f64", "nan")]
    [InlineData("[\"-Infinity\"]", "f32", "-inf")]
    [InlineData("[\"nan:0x123\"]", "f64", "nan:0x123")]
    [InlineData("[\"i32x4:1,2,3,4\"]", "v128", "0x00000004000000030000000200000001")]
    [InlineData(" [ 1 ] ", "i32", "1")]
    public void A_value_is_read_by_its_parameters_type(string json, string type, string expected) =>
        Assert.Equal(expected, ValText.Format(Assert.Single(Read(json, type))));

    [Theory]
    [InlineData("[4294967296.0]", "i32")]
    [InlineData("[4294967296]", "i32")]
    [InlineData("[-2147483649]", "i32")]
    [InlineData("[1.5]", "i64")]
    [InlineData("[1e-3]", "i64")]
    [InlineData("[18446744073709551616]", "i64")]
    [InlineData("[1e999]", "f64")]
    [InlineData("[1e39]", "f32")]
    [InlineData("[true]", "i32")]
    [InlineData("[null]", "i32")]
    [InlineData("[[1]]", "i32")]
    [InlineData("[{}]", "i32")]
    [InlineData("[\"\"]", "i32")]
    [InlineData("[\"\\ud800\"]", "i32")]
    [InlineData("[5]", "v128")]
    [InlineData("[1,2]", "i32")]
    [InlineData("[]", "i32")]
    [InlineData("", "i32")]
    [InlineData("[1]", "")]
    public void What_is_no_value_of_the_type_is_refused_as_an_argument(string json, string types) =>
        Assert.Equal(ErrorCode.BadArguments, Assert.Throws<WasmError>(() => Read(json, types)).Code);

    [Theory]
    [InlineData("{}")]
    [InlineData("1")]
    [InlineData("[1")]
    [InlineData("[1,]")]
    [InlineData("[1] 2")]
    [InlineData("[01]")]
    [InlineData("\0")]
    [InlineData("[nan]")]
    public void What_is_no_array_of_JSON_is_refused_as_JSON(string json) =>
        Assert.Equal(ApiErrorCode.BadJson, Assert.Throws<ApiException>(() => Read(json, "i32")).Code);

    [Fact]
    public void An_empty_body_is_no_arguments() => Assert.Empty(Read("", ""));

    [Fact]
    public void Every_result_reads_back_to_the_same_bits() => Gen.Select(Gen.Int, Gen.Long, Gen.Int, Gen.Long, Gen.ULong, Gen.ULong).Sample((i32, i64, f32, f64, low, high) =>
    {
        Val[] values = [Val.I32(i32), Val.I64(i64), Val.F32(BitConverter.Int32BitsToSingle(f32)), Val.F64(BitConverter.Int64BitsToDouble(f64)), Val.V128(low, high)];

        string json = Written(new Results(values));
        using var document = JsonDocument.Parse(json);

        Assert.Equal(values, Read(document.RootElement.GetProperty("results").GetRawText(), "i32 i64 f32 f64 v128"));
    });

    [Fact]
    public void Results_are_written_as_Protobuf_maps_its_types() => Assert.Equal(
        """{"results":[-1,"9007199254740993",0.1,"NaN","Infinity","-Infinity","0x0000000000000000000000000000000f"]}""",
        Written(new Results([Val.I32(-1), Val.I64(9007199254740993), Val.F32(0.1f), Val.F64(BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000)), Val.F64(double.PositiveInfinity), Val.F32(float.NegativeInfinity), Val.V128(15, 0)])));

    private static string Written(Results results)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            JsonResults.Write(writer, results);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Val[] Read(string json, string types) =>
        JsonArguments.Read(Encoding.UTF8.GetBytes(json), new FuncType(types.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(TypeOf), []));

    private static ValType TypeOf(string name) => name switch
    {
        "i32" => ValType.I32,
        "i64" => ValType.I64,
        "f32" => ValType.F32,
        "f64" => ValType.F64,
        _ => ValType.V128,
    };
}
