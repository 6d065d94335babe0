using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Tests.State;
using WasmActors.Runtime.Tests.Support;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>The pages that were written since the last search, where the system watches memories.</summary>
public sealed class WrittenPagesTests
{
    private const string Writer = """
        (module (memory (export "memory") 4 100)
          (func (export "write") (param i32) (i32.store8 (local.get 0) (i32.const 1)))
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
        """;

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_search_finds_what_was_written_since_the_last(bool reserve)
    {
        SkipWhereNothingWatches();
        await using var collections = new ConstantCollections();
        using var engine = new WasmEngine(new EngineSettings { ReserveMemory = reserve });
        using var module = DurableGuest.Compile(ModuleText.ToBinary(Writer), engine);
        using var guest = new DurableGuest(module);
        guest.Call("write", 5000);
        Watch(guest);
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            var expected = new SortedSet<long>();
            for (int i = random.Next(6); i > 0; i--)
            {
                long page = random.Next(64);
                guest.Call("write", (int)(page * MemoryView.PageBytes) + random.Next(MemoryView.PageBytes));
                expected.Add(page);
            }

            Assert.Equal(expected, Find(guest, random.Next(1, 5)));
        }
    }

    [SkippableFact]
    public void Writes_of_the_host_count_and_reads_of_pages_that_are_there_do_not()
    {
        SkipWhereNothingWatches();
        using var guest = DurableGuest.Of(Writer);
        guest.Call("write", 5000);
        guest.Call("write", 9000);
        Watch(guest);
        guest.I32("read", 5001);
        guest.Instance.GetMemory().Write(9001, (byte)3);

        Assert.Equal([2L], Find(guest, 4));
    }

    [SkippableFact]
    public void A_memory_that_grew_or_moved_is_no_longer_watched_as_a_whole()
    {
        SkipWhereNothingWatches();
        using var guest = DurableGuest.Of(Writer);
        Watch(guest);
        guest.I32("grow", 3);
        guest.Call("write", 5 * 65536);
        Assert.Null(Find(guest, 4));

        Watch(guest);
        guest.Call("write", (6 * 65536) + 100);
        Assert.Equal([96L], Find(guest, 4)!);
    }

    [SkippableFact]
    public void Only_memories_with_many_pages_are_watched_and_their_states_are_right_through_growth()
    {
        SkipWhereNothingWatches();
        using var guest = DurableGuest.Of(Writer.Replace("4 100", "64 100", StringComparison.Ordinal));
        var random = new Random(4);
        var deltas = new List<byte[]>();
        for (int round = 0; round < 400; round++)
        {
            guest.Call("write", random.Next((int)guest.Instance.GetMemory().Length));
            if (round % 150 == 149)
            {
                guest.I32("grow", 2);
            }

            if (round % 3 == 1)
            {
                Assert.Equal(round % 150 != 149, guest.State.RollBack());
            }

            if (guest.State.Capture() is { } delta)
            {
                deltas.Add(delta);
            }
        }

        using var moved = guest.With([.. deltas]);
        Assert.Equal(guest.State.Save(), moved.State.Save());
        Assert.NotNull(Find(guest, 4)); // it was watched in the end
    }

    private static void SkipWhereNothingWatches() => Skip.IfNot(WrittenPages.IsSupported, "the system does not let this process watch its memories");

    private static void Watch(DurableGuest guest)
    {
        using var _ = guest.Instance.Store.Enter();
        Assert.True(WrittenPages.TryWatch(MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item)));
    }

    private static List<long>? Find(DurableGuest guest, int room)
    {
        using var _ = guest.Instance.Store.Enter();
        var view = MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item);
        Span<PageRange> ranges = stackalloc PageRange[room];
        var pages = new List<long>();
        for (long from = 0; from < view.Pages;)
        {
            int count = WrittenPages.Next(view, ref from, ranges);
            if (count < 0)
            {
                return null;
            }

            foreach (var range in ranges[..count])
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
