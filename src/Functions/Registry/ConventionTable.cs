using WasmActors.Functions.Api;
using WasmActors.Functions.Conventions;
using WasmActors.Functions.Conventions.Bytes;
using WasmActors.Functions.Conventions.Core;
using WasmActors.Functions.Conventions.WasiCommand;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Functions.Registry;

/// <summary>The calling conventions that there are. A new one gets a line here.</summary>
internal static class ConventionTable
{
    /// <summary>All of them, in the order in which they are asked whether a module was made for them. The last one accepts every module.</summary>
    internal static IReadOnlyList<Convention> All { get; } =
    [
        new WasiCommandConvention(),
        new BytesConvention(),
        new CoreConvention(),
    ];

    // By their numbers: each call asks, so that the answer must cost nothing.
    private static readonly Convention?[] s_byId = ById();

    /// <summary>Returns a convention. Allocates nothing.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: this node does not know it; a node of a later version may have deployed the function.</exception>
    internal static Convention Of(CallingConvention id) =>
        (uint)id < (uint)s_byId.Length && s_byId[(int)id] is { } convention ? convention : throw Unknown(id);

    /// <summary>Returns the convention that a module was made for, by its exports.</summary>
    internal static Convention Detect(ModuleOutline outline) => All.First(c => c.Detects(outline));

    private static Convention?[] ById()
    {
        var byId = new Convention?[All.Max(static c => (int)c.Id) + 1];
        foreach (var convention in All)
        {
            byId[(int)convention.Id] = convention;
        }

        return byId;
    }

    private static WasmError Unknown(CallingConvention id) => new(FunctionErrorCode.BadSpec, $"This node does not know the calling convention {id}. It knows {string.Join(", ", All.Select(static c => c.Name))}; is it of an earlier version than the node that deployed the function?");
}
