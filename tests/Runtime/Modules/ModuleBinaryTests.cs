using System.Text;
using WasmActors.Runtime.Modules.Binary;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules;

public sealed class ModuleBinaryTests
{
    [Fact]
    public void An_empty_module_has_nothing()
    {
        ModuleBinary binary = Read("(module)");

        Assert.Null(binary.Name);
        Assert.Empty(binary.CustomSections);
        Assert.Empty(binary.ImportedTables);
        Assert.Empty(binary.ExportedTables);
    }

    [Fact]
    public void Custom_sections_are_listed_with_the_place_of_their_contents()
    {
        byte[] wasm = Wasmtime.Module.ConvertText("""(module (@custom "foo" "bar") (memory 1) (@custom "größe" "") (@custom "foo" "second"))""");

        ModuleBinary binary = Read(wasm);

        Assert.Equal("foo, größe, foo", string.Join(", ", binary.CustomSections.Select(static s => s.Name)));
        Assert.Equal("bar, , second", string.Join(", ", binary.CustomSections.Select(s => Encoding.UTF8.GetString(wasm, (int)s.Offset, (int)s.Length))));
    }

    [Fact]
    public void The_name_section_names_the_module() =>
        Assert.Equal("counter", Read("(module $counter (func $f))").Name);

    [Fact]
    public void A_name_section_without_a_module_name_gives_none()
    {
        ModuleBinary binary = Read("(module (func $f))");

        Assert.Null(binary.Name);
        Assert.Equal("name", Assert.Single(binary.CustomSections).Name);
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x7F })]
    [InlineData(new byte[] { 0x00, 0x02, 0x05, 0x61 })]
    [InlineData(new byte[] { 0x00, 0x02, 0x01, 0xFF })]
    [InlineData(new byte[] { 0x00, 0x03, 0x01, 0x61, 0x62 })]
    [InlineData(new byte[] { 0x80 })]
    public void A_broken_name_section_is_no_problem_and_names_nothing(byte[] contents) =>
        Assert.Null(Read(Module(Section(0, [.. Name("name"), .. contents]))).Name);

    [Fact]
    public void A_module_name_before_broken_names_is_kept() =>
        Assert.Equal("m", Read(Module(Section(0, [.. Name("name"), 0x00, 0x02, 0x01, 0x6D, 0x01, 0x7F]))).Name);

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x00, 0x61, 0x73 })]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x01, 0x00 })]
    [InlineData(new byte[] { 0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00 })]
    public void What_is_no_module_gives_no_result(byte[] bytes)
    {
        Assert.False(ModuleBinary.TryRead(bytes, out ModuleBinary? binary, out string? problem));
        Assert.Null(binary);
        Assert.Contains("does not start with the header", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_section_is_reported_with_its_offset()
    {
        byte[] wasm = Wasmtime.Module.ConvertText("""(module (@custom "foo" "bar") (@custom "baz" "0123456789"))""");

        Assert.False(ModuleBinary.TryRead(wasm.AsSpan(0, wasm.Length - 4), out ModuleBinary? binary, out string? problem));

        Assert.Equal("offset 19 (module): 14 bytes are announced but 10 are left", problem);
        Assert.Equal("foo", Assert.Single(binary!.CustomSections).Name);
    }

    [Fact]
    public void A_section_that_cannot_be_read_does_not_hide_those_after_it()
    {
        byte[] wasm = Module(
            Section(2, [0x01, .. Name("m"), .. Name("n"), 0x09]),
            Section(4, 0x01, 0x70, 0x00, 0x05),
            Section(7, [0x01, .. Name("t"), 0x01, 0x00]),
            Section(0, [.. Name("foo"), 1, 2, 3]));

        Assert.False(ModuleBinary.TryRead(wasm, out ModuleBinary? binary, out string? problem));

        Assert.Equal("offset 15 (import section): 0x09 is not a known kind of import", problem);
        Assert.Equal(3, Assert.Single(binary!.CustomSections).Length);
        Assert.Empty(binary.ExportedTables);
    }

    [Fact]
    public void A_custom_section_name_that_is_not_UTF_8_is_a_problem()
    {
        Assert.False(ModuleBinary.TryRead(Module(Section(0, 0x01, 0xC3)), out ModuleBinary? binary, out string? problem));
        Assert.Equal("offset 10 (custom section): a name is not valid UTF-8", problem);
        Assert.Empty(binary!.CustomSections);
    }

    private static ModuleBinary Read(string text) => Read(Wasmtime.Module.ConvertText(text));

    private static ModuleBinary Read(byte[] wasm)
    {
        Assert.True(ModuleBinary.TryRead(wasm, out ModuleBinary? binary, out string? problem), problem);
        Assert.Null(problem);
        return binary!;
    }
}
