using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.State;

/// <summary>The memories that instances of a module have when they are made. Usable from any thread.</summary>
/// <param name="Memories">The pages of each memory that hold something; null for pages of zeros.</param>
internal sealed record PristineState(IReadOnlyList<byte[]?[]> Memories)
{
    /// <summary>Reads the memories of an instance that was just made.</summary>
    public static PristineState Read(WasmInstance instance, StateMap map, PageSearch search)
    {
        search = PagePlan.HasImages(instance.Store.Engine.Settings) ? PageSearch.Compare : search;
        using var _ = instance.Store.Enter();
        return new PristineState([.. map.Memories.Select(m => ReadPages(instance, m.Export, search))]);
    }

    private static byte[]?[] ReadPages(WasmInstance instance, int export, PageSearch search)
    {
        var view = MemoryView.Of(instance.Store, instance.Exports.At(export)!.Native.Item);
        var pages = new List<byte[]?>();
        Span<PageRange> ranges = stackalloc PageRange[ResidentPages.Room];
        for (long from = 0; from < view.Pages;)
        {
            int count = ResidentPages.Next(search, view, ref from, ranges);
            foreach (var range in ranges[..count])
            {
                for (long page = range.First; page < range.End; page++)
                {
                    AddPage(pages, page, view.Page(page));
                }
            }
        }

        return [.. pages];
    }

    private static void AddPage(List<byte[]?> pages, long page, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return;
        }

        while (pages.Count < page)
        {
            pages.Add(null);
        }

        pages.Add(TrackedMemory.Copy(bytes));
    }
}
