using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Tests.Support;
using WasmActors.Runtime.Tests.State;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>The pages that a guest wrote are found in every way that this system has, while the host's collector
/// runs.</summary>
public sealed class ResidentPagesTests
{
    private const string Writer = """
        (module (memory (export "memory") 64 100)
          (func (export "write") (param i32) (i32.store8 (local.get 0) (i32.const 1)))
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
        """;

    // A public method cannot take what is internal.
    public static TheoryData<int> Searches => [.. Enum.GetValues<PageSearch>().Select(static s => (int)s)];

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task Every_page_that_was_written_is_found_and_no_other_where_the_system_lists_them(int search)
    {
        await using var collections = new ConstantCollections();
        using var guest = DurableGuest.Of(Writer);
        var random = new Random(search);
        var written = new SortedSet<long>();
        for (int round = 0; round < 300; round++)
        {
            int page = random.Next(1024);
            guest.Call("write", (page * MemoryView.PageBytes) + random.Next(MemoryView.PageBytes));
            written.Add(page);
            var found = Find(guest, (PageSearch)search, random.Next(1, ResidentPages.Room + 1));
            Assert.Equal(found.Order(), found);
            if (search == (int)PageSearch.Compare || ResidentPages.Best == PageSearch.Compare)
            {
                Assert.Equal(1024, found.Count);
            }
            else
            {
                Assert.Equal(written, found);
            }
        }
    }

    [SkippableFact]
    public void Pages_that_were_only_read_are_not_found_by_a_scan()
    {
        Skip.If(ResidentPages.Best != PageSearch.Scan, "the system does not list the pages of a process");
        using var guest = DurableGuest.Of(Writer);
        guest.I32("read", 100_000);
        guest.Call("write", 300_000);

        Assert.Equal([300_000 / MemoryView.PageBytes], Find(guest, PageSearch.Scan, 4));
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Pages_of_a_memory_that_grew_are_found(int search)
    {
        using var guest = DurableGuest.Of(Writer);
        guest.I32("grow", 10);
        guest.Call("write", 70 * 65536);

        Assert.Contains(70L * 16, Find(guest, (PageSearch)search, 8));
    }

    [Fact]
    public void A_page_outside_of_the_memory_cannot_be_read()
    {
        using var guest = DurableGuest.Of(Writer);
        using var _ = guest.Instance.Store.Enter();

        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item).Page(1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item).Page(-1));
    }

    [Theory]
    [MemberData(nameof(PagePlans.Names), MemberType = typeof(PagePlans))]
    public async Task States_are_captured_rolled_back_and_moved_while_the_collector_runs(string plan)
    {
        await using var collections = new ConstantCollections(lowest: 0);
        using var guest = DurableGuest.Of(Writer, PagePlans.Of(plan));
        var random = new Random(15);
        var deltas = new List<byte[]>();
        for (int round = 0; round < 60; round++)
        {
            guest.Call("write", random.Next(64 * 65536));
            if (guest.State.Capture() is { } delta)
            {
                deltas.Add(delta);
            }

            guest.Call("write", random.Next(64 * 65536));
            Assert.True(guest.State.RollBack());
        }

        using var moved = guest.With([.. deltas]);
        Assert.Equal(guest.State.Save(), moved.State.Save());
    }

    private static List<long> Find(DurableGuest guest, PageSearch search, int room)
    {
        using var _ = guest.Instance.Store.Enter();
        var view = MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item);
        Span<PageRange> ranges = stackalloc PageRange[room];
        var pages = new List<long>();
        for (long from = 0; from < view.Pages;)
        {
            foreach (var range in ranges[..ResidentPages.Next(search, view, ref from, ranges)])
            {
                for (long page = range.First; page < range.End; page++)
                {
                    pages.Add(page);
                }
            }
        }

        return pages;
    }
}
