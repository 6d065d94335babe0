using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Registry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Registry;

public class ConventionTableTests
{
    [Fact]
    public void Every_convention_is_listed_once_under_its_own_name()
    {
        Assert.Equal(Enum.GetValues<CallingConvention>().Order(), ConventionTable.All.Select(static c => c.Id).Order());
        Assert.Equal(ConventionTable.All.Count, ConventionTable.All.Select(static c => c.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(ConventionTable.All, static c => Assert.Same(c, ConventionTable.Of(c.Id)));
    }

    [Fact]
    public void A_convention_that_this_node_does_not_know_is_an_error_that_names_those_it_knows()
    {
        var error = Assert.Throws<WasmError>(static () => ConventionTable.Of((CallingConvention)99));

        Assert.Equal(FunctionErrorCode.BadSpec, error.Code);
        Assert.Contains($"99. It knows {string.Join(", ", ConventionTable.All.Select(static c => c.Name))};", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_shapes_are_those_that_clients_know()
    {
        Assert.Equal(["core", "bytes", "wasi-command"], CallingConventions.All.Select(static c => c.Name), StringComparer.Ordinal);
        Assert.Equal([CallShape.Numbers, CallShape.Bytes, CallShape.Program], CallingConventions.All.Select(static c => CallingConventions.ShapeOf(c.Convention)));
    }
}
