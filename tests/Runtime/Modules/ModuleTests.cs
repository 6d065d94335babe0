using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Row 18: modules, all ways to load them and what they tell without an instance.</summary>
[Trait("Row", "18")]
public sealed class ModuleTests : IDisposable
{
    private const string Text = """
        (module $sample
          (import "env" "log" (func (param i32 i32)))
          (import "env" "memory" (memory 1 2))
          (import "env" "table" (table i64 1 0x1ffffffff funcref))
          (import "env" "base" (global i32))
          (import "env" "oops" (tag (param i64)))
          (func (export "f") (param externref) (result i64 f32) unreachable)
          (memory (export "m64") i64 0)
          (table (export "t") 0 7 externref)
          (global (export "g") (mut v128) (v128.const i64x2 0 0)))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("wasm-module-tests").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_module_is_validated_without_compiling_it()
    {
        WasmModule.Validate(TestStore.Plain, ModuleText.ToBinary(Text));
        WasmModule.Validate(TestStore.Plain, Encoding.UTF8.GetBytes(Text));

        var invalid = Assert.Throws<WasmError>(() => WasmModule.Validate(TestStore.Plain, "(module (func (result i32)))"u8));
        Assert.Equal("module.invalid", invalid.Code);
        Assert.Contains("type mismatch", invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_is_the_same_from_bytes_text_file_and_stream()
    {
        byte[] binary = ModuleText.ToBinary(Text);
        string path = Path.Combine(_folder, "sample.wasm");
        File.WriteAllBytes(path, binary);
        string textPath = Path.Combine(_folder, "sample.wat");
        File.WriteAllText(textPath, Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        WasmModule[] modules =
        [
            WasmModule.FromText(TestStore.Plain, Text),
            WasmModule.FromBytes(TestStore.Plain, binary),
            WasmModule.FromBytes(TestStore.Plain, Encoding.UTF8.GetBytes(Text)),
            WasmModule.FromFile(TestStore.Plain, path),
            WasmModule.FromFile(TestStore.Plain, textPath),
            WasmModule.FromStream(TestStore.Plain, new MemoryStream(binary)),
            WasmModule.FromStream(TestStore.Plain, new MemoryStream(Encoding.UTF8.GetBytes(Text)), "named"),
        ];

        Assert.All(modules, m => Assert.Equal((modules[0].Digest, (long)binary.Length), (m.Digest, m.ByteLength)));
        Assert.All(modules, m => Assert.Equal(modules[0].Exports, m.Exports));
        Assert.Equal(["sample", "sample", "sample", "sample.wasm", "sample.wat", "sample", "named"], modules.Select(static m => m.Name!), StringComparer.Ordinal);
        Assert.All(modules, static m => m.Dispose());
    }

    [Fact]
    public void Imports_and_exports_are_told_with_their_types_and_in_order()
    {
        using var module = WasmModule.FromText(TestStore.Plain, Text);

        Assert.Equal(
            [
                "env::log (i32, i32) -> ()",
                "env::memory memory 1..2 pages",
                "env::table table 1..8589934591 funcref",
                "env::base global i32",
                "env::oops tag (i64)",
            ],
            module.Imports.Select(static i => $"{i.QualifiedName} {i.Type}"),
            StringComparer.Ordinal);
        Assert.Equal(
            ["f (externref) -> (i64, f32)", "m64 memory64 0.. pages", "t table 0..7 externref", "g global mut v128"],
            module.Exports.Select(static e => $"{e.Name} {e.Type}"),
            StringComparer.Ordinal);
        Assert.Equal(ExternKind.Tag, module.Imports[4].Type.Kind);
    }

    [Fact]
    public void An_invalid_binary_is_refused_with_wasmtime_s_message_and_offset()
    {
        byte[] binary = ModuleText.ToBinary("""(module (func (export "f") (result i32) i32.const 1))""");
        var cut = Assert.Throws<WasmError>(() => WasmModule.FromBytes(TestStore.Plain, binary.AsSpan(0, binary.Length - 3)));
        Assert.Equal("module.invalid", cut.Code);
        Assert.Contains("unexpected end", cut.Message, StringComparison.Ordinal);
        Assert.Matches("offset (0x)?[0-9a-f]+", cut.Message);

        var version = Assert.Throws<WasmError>(() => WasmModule.FromBytes(TestStore.Plain, [0, 0x61, 0x73, 0x6D, 9, 0, 0, 0]));
        Assert.Contains("unknown binary version", version.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_does_not_validate_is_refused_with_its_offset()
    {
        var error = Assert.Throws<WasmError>(() => WasmModule.FromText(TestStore.Plain, "(module (func (result i32) i64.const 1))"));

        Assert.Equal("module.invalid", error.Code);
        Assert.Matches("offset .*type mismatch: expected i32, found i64", error.Message);
    }

    [Fact]
    public void Text_with_a_mistake_is_refused_with_its_line_and_column()
    {
        var error = Assert.Throws<WasmError>(() => WasmModule.FromText(TestStore.Plain, "(module\n  (func\n    i32.nonsense))"));

        Assert.Equal("module.invalid", error.Code);
        Assert.Contains("unknown operator", error.Message, StringComparison.Ordinal);
        Assert.Contains("3:5", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0x61, 0x73 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00 })]
    [InlineData(new byte[] { 0, 0x61, 0x73, 0x6D })]
    public void Bytes_that_are_no_module_are_refused(byte[] bytes) =>
        Assert.Equal("module.invalid", Assert.Throws<WasmError>(() => WasmModule.FromBytes(TestStore.Plain, bytes)).Code);

    [Fact]
    public void What_cannot_be_read_is_an_error_with_its_cause()
    {
        string missing = Path.Combine(_folder, "missing.wasm");
        var error = Assert.Throws<WasmError>(() => WasmModule.FromFile(TestStore.Plain, missing));
        Assert.Equal("module.unreadable", error.Code);
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
        Assert.IsType<FileNotFoundException>(error.InnerException);
        Assert.Equal("module.unreadable", Assert.Throws<WasmError>(() => WasmModule.FromFile(TestStore.Plain, _folder)).Code);
        Assert.Equal("module.unreadable", Assert.Throws<WasmError>(() => WasmModule.FromFile(TestStore.Plain, "")).Code);
        Assert.Equal("module.unreadable", Assert.Throws<WasmError>(() => WasmModule.FromFile(TestStore.Plain, "a\0b")).Code);
        Assert.Equal("module.unreadable", Assert.Throws<WasmError>(() => WasmModule.FromStream(TestStore.Plain, new BrokenStream())).Code);
    }

    [Fact]
    public void A_module_with_nothing_in_it_is_a_module()
    {
        using var module = WasmModule.FromBytes(TestStore.Plain, BinaryBuilder.Module());

        Assert.Empty(module.Imports);
        Assert.Empty(module.Exports);
        Assert.Null(module.Name);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("broken");

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("broken");

        public override void CopyTo(Stream destination, int bufferSize) => throw new IOException("broken");
    }
}
