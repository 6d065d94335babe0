using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Registry;

/// <summary>The calling conventions by their names, for programs that offer functions to callers of their own.</summary>
public static class CallingConventions
{
    /// <summary>Names and values, the default first.</summary>
    public static IReadOnlyList<(string Name, CallingConvention Convention)> All { get; } = [.. ConventionTable.All.Reverse().Select(static c => (c.Name, c.Id))];

    /// <summary>Returns the shape of a convention's input and output.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: this node does not know the convention.</exception>
    public static CallShape ShapeOf(CallingConvention convention) => ConventionTable.Of(convention).Shape;
}
