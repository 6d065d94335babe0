using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Row 1: which WebAssembly type a delegate's own types stand for.</summary>
[Trait("Row", "1")]
public sealed class HostSignatureTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_class_stands_for_externref()
    {
        var func = HostFunc.Create((string text, Uri? at) => text + at, "join");

        Assert.Equal("(externref, externref) -> (externref)", func.Type.ToString());
    }

    [Fact]
    public void A_delegate_of_strings_is_called_with_strings()
    {
        var upper = _store.LoadWith(
            """(module (import "host" "f" (func $f (param externref) (result externref))) (func (export "run") (param externref) (result externref) (call $f (local.get 0))))""",
            (string text) => text.ToUpperInvariant()).GetFunc("run");

        Assert.Equal("ABC", upper.Call<string, string>("abc"));
    }

    [Fact]
    public void A_delegate_returns_tuples_of_more_than_seven_items()
    {
        var nine = _store.LoadWith(
            """
            (module
              (import "host" "f" (func $f (result i32 i32 i32 i32 i32 i32 i32 i64 f64)))
              (func (export "run") (result i32 i32 i32 i32 i32 i32 i32 i64 f64) (call $f)))
            """,
            () => (1, 2, 3, 4, 5, 6, 7, 8L, 9.0)).GetFunc("run");

        Assert.Equal("[1, 2, 3, 4, 5, 6, 7, 8, 9]", nine.Call().ToString());
    }

    public static TheoryData<Delegate> Meaningless => new()
    {
        (WasmMemory _) => { },
        (int _, WasmCaller _) => { },
        (WasmReference _) => { },
        (DateTime _) => { },
        (RefTaker)((ref int _) => { }),
    };

    [Theory]
    [MemberData(nameof(Meaningless))]
    public void Types_that_tell_no_WebAssembly_type_are_refused(Delegate callback) =>
        Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(callback, "f")).Code);

    private delegate void RefTaker(ref int value);
}
