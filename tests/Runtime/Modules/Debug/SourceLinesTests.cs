using CsCheck;
using WasmActors.Guests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Debug;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Modules.Debug;

/// <summary>Frames of modules that were built with debug information have the file and line of their source.</summary>
public sealed class SourceLinesTests
{
    private const string Source = """
        __attribute__((noinline)) int divide(int a, int b)
        {
            return a / b;
        }

        int average(int sum, int count)
        {
            int result =
                divide(sum, count);
            return result + 1;
        }
        """;

    [SkippableTheory]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public async Task A_trap_in_C_names_the_function_the_file_and_the_line(string flag)
    {
        var guest = await ClangGuest.SourceAsync(Source, GuestKind.Freestanding, "-g", flag, "-O1");
        Skip.If(guest.IsMissing, guest.MissingBecause);
        using var store = new TestStore();
        var average = store.Store.Instantiate(WasmModule.FromFile(store.Engine, guest.Path!)).GetFunc("average");

        var trap = Assert.Throws<Trap>(() => average.Call(10, 0));
        Assert.Equal(["divide", "average"], trap.Frames.Select(static f => f.FuncName), StringComparer.Ordinal);
        Assert.Equal(new int?[] { 3, 9 }, trap.Frames.Select(static f => f.Line));
        Assert.All(trap.Frames, static f => Assert.EndsWith(".c", f.File, StringComparison.Ordinal));
        Assert.Contains($", {trap.Frames[0].File}:3", trap.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_without_debug_information_has_frames_without_lines()
    {
        using var store = new TestStore();
        var frame = Assert.Throws<Trap>(() => store.Load("""(module (func (export "f") unreachable))""").GetFunc("f").Call()).Frames[0];

        Assert.Equal(((string?)null, (int?)null), (frame.File, frame.Line));
    }

    [SkippableFact]
    public async Task Damaged_debug_information_gives_no_lines_or_others_and_never_fails()
    {
        var guest = await ClangGuest.SourceAsync(Source, GuestKind.Freestanding, "-g", "-gdwarf-5", "-O1");
        Skip.If(guest.IsMissing, guest.MissingBecause);
        byte[] wasm = await File.ReadAllBytesAsync(guest.Path!);
        ModuleBinary.TryRead(wasm, out var binary, out _);
        byte[] Section(string name) => binary!.CustomSections.Where(s => s.Name == name).Select(s => wasm.AsSpan((int)s.Offset, (int)s.Length).ToArray()).FirstOrDefault() ?? [];
        byte[] lines = Section(".debug_line");
        byte[] strings = Section(".debug_line_str");
        Assert.NotEmpty(lines);

        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Byte, Gen.Int[0, lines.Length]).Sample(
            (at, value, length) =>
            {
                byte[] damaged = lines[..length];
                if (at < length)
                {
                    damaged[at] = value;
                }

                var table = LineTable.Read(damaged, [], strings);
                for (ulong address = 0; address < 200; address++)
                {
                    _ = table.Find(address);
                }
            },
            iter: 20_000);
    }
}
