using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Guests;

namespace WasmActors.Functions.Tests.Samples;

public class GuestSampleTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [SkippableTheory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task A_guest_in_C_with_our_header_takes_and_gives_bytes(FunctionKind kind)
    {
        string source = await File.ReadAllTextAsync(Sample("reverse.c"));
        string whole = source.Replace("#include \"wasmactors.h\"", await File.ReadAllTextAsync(Sample("wasmactors.h")), StringComparison.Ordinal);
        var guest = await ClangGuest.SourceAsync(whole, GuestKind.Reactor);
        Skip.If(guest.IsMissing, guest.MissingBecause);
        string name = $"reverse-{kind.ToString().ToLowerInvariant()}";
        await Expect.SoonAsync(_node.Functions.DeployAsync(new FunctionSpec(name) { Kind = kind, Convention = CallingConvention.Bytes, Reuse = StoreReuse.UntilIdle }, await File.ReadAllBytesAsync(guest.Path!)));
        var function = _node.Functions.Get(name, kind == FunctionKind.Keyed ? "k" : null);

        // Often enough that a guest which did not free would grow beyond its memory.
        byte[] input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 50_000)));
        for (int i = 0; i < 300; i++)
        {
            var output = await Expect.SoonAsync(function.CallBytesAsync("reverse", input));
            Assert.True(output.Span.StartsWith("9876543210"u8) && output.Length == input.Length);
        }

        Assert.True((await Expect.SoonAsync(function.CallBytesAsync("reverse", default))).IsEmpty);
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "samples", name);
}
