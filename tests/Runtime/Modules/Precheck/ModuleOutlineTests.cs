using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules.Precheck;

public sealed class ModuleOutlineTests
{
    [Fact]
    public void Imports_and_exports_are_listed_by_name_and_kind()
    {
        var outline = ModuleOutline.Read(ModuleText.ToBinary("""
            (module (import "a" "f" (func (param i32))) (import "a" "m" (memory 1)) (import "b" "t" (table 1 funcref)) (import "b" "g" (global i32)) (import "b" "e" (tag))
              (func (export "f")) (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 1)) (tag (export "e")))
            """));

        Assert.True(outline.IsWhole);
        Assert.Equal(
            [new("a", "f", ExternKind.Func), new("a", "m", ExternKind.Memory), new("b", "t", ExternKind.Table), new("b", "g", ExternKind.Global), new("b", "e", ExternKind.Tag)],
            outline.Imports);
        Assert.Equal(
            [new("", "f", ExternKind.Func), new("", "m", ExternKind.Memory), new("", "t", ExternKind.Table), new("", "g", ExternKind.Global), new OutlineItem("", "e", ExternKind.Tag)],
            outline.Exports);
    }

    [Fact]
    public void Compact_imports_are_listed_too()
    {
        byte[] types = Section(1, 0x01, 0x60, 0x00, 0x00);

        Assert.Equal(
            [new("m", "f", ExternKind.Func), new OutlineItem("m", "g", ExternKind.Global)],
            ModuleOutline.Read(Module(types, Section(2, [0x01, .. Name("m"), 0x00, 0x7F, 0x02, .. Name("f"), 0x00, 0x00, .. Name("g"), 0x03, 0x7F, 0x00]))).Imports);
        Assert.Equal(
            [new("m", "f", ExternKind.Func), new OutlineItem("m", "g", ExternKind.Func)],
            ModuleOutline.Read(Module(types, Section(2, [0x01, .. Name("m"), 0x00, 0x7E, 0x00, 0x00, 0x02, .. Name("f"), .. Name("g")]))).Imports);
    }

    [Fact]
    public void Reading_ends_on_bytes_that_are_no_module() => Assert.All(
        (byte[][])[[], [0], [.. "\0asm\u0001\0\0"u8], [.. "\0asm\u0002\0\0\0"u8], [.. "\0asm\u0001\0\0\0\u0007"u8], [.. "\0asm\u0001\0\0\0\u0007\u0005"u8, 0xff, 0xff, 0xff, 0xff, 0x0f]],
        static bytes =>
        {
            var outline = ModuleOutline.Read(bytes);
            Assert.False(outline.IsWhole);
            Assert.Empty(outline.Exports);
        });
}
