using System.Text.Json.Serialization;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Inspection;

/// <summary>The type of an import or export, as JSON with its <c>kind</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FuncReport), "func")]
[JsonDerivedType(typeof(MemoryReport), "memory")]
[JsonDerivedType(typeof(TableReport), "table")]
[JsonDerivedType(typeof(GlobalReport), "global")]
[JsonDerivedType(typeof(TagReport), "tag")]
internal abstract record ExternReport
{
    /// <summary>The report of a type.</summary>
    public static ExternReport Of(ExternType type) => type switch
    {
        FuncType func => new FuncReport(Texts(func.Params), Texts(func.Results)),
        MemoryType memory => new MemoryReport(memory.Minimum, memory.Maximum, memory.Is64, memory.IsShared, 1UL << memory.PageSizeLog2),
        TableType table => new TableReport(table.Element.ToString(), table.Minimum, table.Maximum),
        GlobalType global => new GlobalReport(global.Content.ToString(), global.IsMutable),
        TagType tag => new TagReport(Texts(tag.Params)),
        _ => throw new ArgumentException($"{type.GetType().Name} has no report.", nameof(type)),
    };

    private static string[] Texts(IEnumerable<ValType> types) => [.. types.Select(static t => t.ToString())];
}

/// <summary>A function.</summary>
internal sealed record FuncReport(IReadOnlyList<string> Params, IReadOnlyList<string> Results) : ExternReport;

/// <summary>A memory; sizes in pages, the page size in bytes.</summary>
internal sealed record MemoryReport(ulong Minimum, ulong? Maximum, bool Is64, bool Shared, ulong PageSize) : ExternReport;

/// <summary>A table; sizes in elements.</summary>
internal sealed record TableReport(string Element, ulong Minimum, ulong? Maximum) : ExternReport;

/// <summary>A global.</summary>
internal sealed record GlobalReport(string Content, bool Mutable) : ExternReport;

/// <summary>An exception tag.</summary>
internal sealed record TagReport(IReadOnlyList<string> Params) : ExternReport;
