using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Interop.Memories;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>The places of memories: whoever takes one finds zeros, and nobody else is there.</summary>
public sealed class MemoryRegionTests
{
    private const int Page = 4096;

    public static TheoryData<int> Sizes => [0, 1, 65_536, 65_537, 200_000, 1 << 20, MemoryRegion.LargestSlot, MemoryRegion.LargestSlot + 1, 5 << 20];

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Places_are_large_enough_and_lie_apart(int bytes)
    {
        SkipWhereThereIsNone();
        var places = Enumerable.Range(0, 20).Select(_ => Taken.Of(bytes)).ToArray();
        var inOrder = places.OrderBy(static p => p.Start).ToArray();
        Assert.All(inOrder, p => Assert.True(p.Length >= bytes));
        Assert.All(inOrder.Zip(inOrder.Skip(1)), static pair => Assert.True(pair.First.Start + pair.First.Length <= pair.Second.Start));
        Array.ForEach(places, static p => p.Give());
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Whoever_takes_a_place_finds_zeros_whatever_was_left_there(int bytes)
    {
        SkipWhereThereIsNone();
        for (int round = 0; round < 6; round++)
        {
            // Nothing, one byte at an end, a few pages, every page: what is left is cleared in different ways.
            var places = Enumerable.Range(0, 20).Select(_ => Taken.Of(bytes)).ToArray();
            Assert.All(places, static p => Assert.True(p.IsZeros));
            for (int i = 0; i < places.Length; i++)
            {
                places[i].Dirty(i % 5);
            }

            Array.ForEach(places, static p => p.Give());
            if (round == 3)
            {
                MemoryRegion.Trim();
            }
        }
    }

    [SkippableFact]
    public void A_memory_takes_its_contents_along_from_place_to_place_and_finds_zeros_behind_them()
    {
        SkipWhereThereIsNone();
        nuint used = 65_536;
        nint place = MemoryRegion.Shared.Take(used, out nuint capacity);
        while (used < 64 << 20)
        {
            Span(place, used).Fill(0xA5);
            nuint wanted = capacity + 65_536;
            place = MemoryRegion.Shared.Move(place, used, wanted, ref capacity);
            Assert.True(place != 0 && capacity >= wanted);
            Assert.Equal(-1, Span(place, used).IndexOfAnyExcept((byte)0xA5));
            Assert.Equal(-1, Span(place + (nint)used, capacity - used).IndexOfAnyExcept((byte)0));
            used = capacity < 4 << 20 ? capacity : capacity * 2;
            if (used > capacity)
            {
                place = MemoryRegion.Shared.Move(place, capacity, used, ref capacity);
            }
        }

        MemoryRegion.Shared.Give(place, capacity);
    }

    [SkippableFact]
    public void What_the_system_cannot_give_is_refused_and_the_memory_stays()
    {
        SkipWhereThereIsNone();
        nuint tooMuch = nuint.MaxValue - 65_535;
        Assert.Equal(0, MemoryRegion.Shared.Take(tooMuch, out _));
        Assert.Equal(0, MemoryRegion.Shared.Take(nuint.MaxValue, out _));

        foreach (nuint bytes in new nuint[] { 65_536, 3 << 20 })
        {
            nint place = MemoryRegion.Shared.Take(bytes, out nuint capacity);
            nuint before = capacity;
            Span(place, capacity)[^1] = 7;
            Assert.Equal(0, MemoryRegion.Shared.Move(place, bytes, tooMuch, ref capacity));
            Assert.Equal(0, MemoryRegion.Shared.Move(place, bytes, nuint.MaxValue, ref capacity));
            Assert.Equal(before, capacity);
            Assert.Equal(7, Span(place, capacity)[^1]);
            MemoryRegion.Shared.Give(place, capacity);
        }
    }

    [SkippableFact]
    public void Few_touched_pages_are_cleared_where_they_are_and_many_are_not()
    {
        SkipWhereThereIsNone();
        var place = Taken.Of(MemoryRegion.LargestSlot);
        place.Dirty(2);
        bool cleared = TouchedPages.TryClear(place.Start, (nuint)place.Length, maxPages: 4);
        Skip.IfNot(cleared, "The system does not tell which pages were touched.");
        Assert.True(place.IsZeros);
        place.Give();

        place = Taken.Of(MemoryRegion.LargestSlot);
        place.Dirty(4);
        Assert.False(TouchedPages.TryClear(place.Start, (nuint)place.Length, maxPages: 4));
        Assert.False(place.IsZeros);
        place.Give();
    }

    [SkippableFact]
    public async Task Threads_that_take_and_give_all_the_time_never_share_a_place()
    {
        SkipWhereThereIsNone();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(static worker => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                var places = Enumerable.Range(0, 4).Select(n => Taken.Of(65_536 << (n % 3))).ToArray();
                foreach (var place in places)
                {
                    Assert.True(place.IsZeroAtEnds);
                    place.MarkEnds((byte)worker);
                }

                Assert.All(places, place => Assert.True(place.HasEnds((byte)worker)));
                Array.ForEach(places, static p => p.Give());
            }
        })));
    }

    private static void SkipWhereThereIsNone() => Skip.IfNot(MemoryCreator.IsSupported, "The region is for Linux.");

    private static Span<byte> Span(nint start, nuint length) => MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), start), (int)length);

    private sealed class Taken
    {
        internal nint Start { get; private init; }

        internal nint Length { get; private init; }

        internal bool IsZeros => Bytes.IndexOfAnyExcept((byte)0) < 0;

        internal bool IsZeroAtEnds => HasEnds(0);

        private Span<byte> Bytes => Span(Start, (nuint)Length);

        internal static Taken Of(int bytes)
        {
            nint place = MemoryRegion.Shared.Take((nuint)bytes, out nuint capacity);
            Assert.NotEqual(0, place);
            return new Taken { Start = place, Length = (nint)capacity };
        }

        internal bool HasEnds(byte value) => Bytes[0] == value && Bytes[^1] == value;

        internal void MarkEnds(byte value) => Bytes[0] = Bytes[^1] = value;

        internal void Dirty(int how)
        {
            switch (how)
            {
                case 1:
                    Bytes[^1] = 1;
                    break;
                case 2:
                    Bytes[..Math.Min(3 * Page, (int)Length)].Fill(2);
                    break;
                case 3:
                    Bytes[0] = Bytes[(int)Length / 2] = Bytes[^1] = 3;
                    break;
                case 4:
                    Bytes.Fill(4);
                    break;
            }
        }

        internal void Give() => MemoryRegion.Shared.Give(Start, (nuint)Length);
    }
}
