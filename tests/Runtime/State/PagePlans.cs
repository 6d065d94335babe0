using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.State;

namespace WasmActors.Runtime.Tests.State;

/// <summary>The ways to find changed pages, by name: a public test cannot take what is internal.</summary>
internal static class PagePlans
{
    /// <summary>All of them. Where the system lacks one, the next is used.</summary>
    public static TheoryData<string> Names => ["watch", "scan", "pagemap", "compare"];

    /// <summary>The plan of a name.</summary>
    public static PagePlan Of(string name) => name == "watch"
        ? new PagePlan(ResidentPages.Best, 0)
        : new PagePlan(Enum.Parse<PageSearch>(name, ignoreCase: true), long.MaxValue);
}
