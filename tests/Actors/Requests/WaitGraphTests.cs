using System.Collections.Concurrent;
using CsCheck;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Tests.Requests;

/// <summary>Which stores may wait for which.</summary>
public sealed class WaitGraphTests : IDisposable
{
    private const int Count = 6;

    private readonly WasmEngine _engine = new();
    private readonly ConcurrentDictionary<StoreCell, CallChain> _calls = new();

    [Fact]
    public void A_store_does_not_wait_for_itself()
    {
        var store = NewCells()[0];
        Assert.False(WaitGraph.TryAdd(Waits(store), store));
        Assert.True(store.WaitsFor is null or { Count: 0 });
    }

    [Fact]
    public void A_circle_is_refused_and_what_it_would_have_added_is_not_there()
    {
        var cells = NewCells();
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));
        Assert.True(WaitGraph.TryAdd(Waits(cells[1]), cells[2]));

        Assert.False(WaitGraph.TryAdd(Waits(cells[2]), cells[0]));
        Assert.False(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[2])); // two ways to one store are no circle
    }

    [Fact]
    public void What_has_ended_no_longer_stands_in_the_way()
    {
        var cells = NewCells();
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));
        Assert.False(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));

        WaitGraph.Remove(Waits(cells[0]), cells[1]);
        Assert.True(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));
    }

    [Fact]
    public void Two_calls_to_one_store_must_both_end()
    {
        var cells = NewCells();
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));

        WaitGraph.Remove(Waits(cells[0]), cells[1]);
        Assert.False(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));
        WaitGraph.Remove(Waits(cells[0]), cells[1]);
        Assert.True(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));
    }

    [Fact]
    public void A_call_that_waits_no_longer_holds_nobody_up_though_what_it_asked_for_goes_on()
    {
        var cells = NewCells();
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));
        Assert.True(WaitGraph.TryAdd(Waits(cells[1]), cells[2]));
        Assert.False(WaitGraph.TryAdd(Waits(cells[2]), cells[0]));

        Waits(cells[1]).IsOver = true;
        Assert.True(WaitGraph.TryAdd(Waits(cells[2]), cells[0]));
    }

    [Fact]
    public void What_one_call_asked_for_does_not_end_what_another_did()
    {
        var cells = NewCells();
        var later = new CallChain(cells[0], 2, null);
        Assert.True(WaitGraph.TryAdd(Waits(cells[0]), cells[1]));

        WaitGraph.Remove(later, cells[1]);
        Assert.False(WaitGraph.TryAdd(Waits(cells[1]), cells[0]));
    }

    [Fact]
    public void No_circle_is_ever_admitted_and_nothing_else_is_refused() =>
        Gen.Select(Gen.Bool, Gen.Int[0, Count - 1], Gen.Int[0, Count - 1]).Array[0, 60].Sample(
            steps =>
            {
                var cells = NewCells();
                var edges = new List<(int From, int To)>();
                foreach (var (add, from, to) in steps)
                {
                    if (!add)
                    {
                        WaitGraph.Remove(Waits(cells[from]), cells[to]);
                        edges.Remove((from, to));
                    }
                    else if (WaitGraph.TryAdd(Waits(cells[from]), cells[to]) == Reaches(edges, to, from))
                    {
                        return false;
                    }
                    else if (!Reaches(edges, to, from))
                    {
                        edges.Add((from, to));
                    }
                }

                return Enumerable.Range(0, Count).All(i => !edges.Exists(e => e.From == i && Reaches(edges, e.To, i)));
            },
            iter: 1_000);

    [Fact]
    public void When_all_has_ended_everything_is_admitted_again() =>
        Gen.Select(Gen.Int[0, Count - 1], Gen.Int[0, Count - 1]).Array[0, 30].Sample(
            steps =>
            {
                var cells = NewCells();
                var admitted = steps.Where(s => WaitGraph.TryAdd(Waits(cells[s.Item1]), cells[s.Item2])).ToList();
                admitted.ForEach(s => WaitGraph.Remove(Waits(cells[s.Item1]), cells[s.Item2]));
                return steps.Where(static s => s.Item1 != s.Item2).All(s =>
                {
                    bool added = WaitGraph.TryAdd(Waits(cells[s.Item1]), cells[s.Item2]);
                    WaitGraph.Remove(Waits(cells[s.Item1]), cells[s.Item2]);
                    return added;
                });
            },
            iter: 1_000);

    public void Dispose() => _engine.Dispose();

    // The plain way: as far as one comes by any number of edges.
    private static bool Reaches(List<(int From, int To)> edges, int from, int to)
    {
        var reached = new HashSet<int> { from };
        while (edges.Exists(e => reached.Contains(e.From) && reached.Add(e.To)))
        {
        }

        return reached.Contains(to);
    }

    // The call of a store that waits.
    private CallChain Waits(StoreCell cell) => _calls.GetOrAdd(cell, static c => new CallChain(c, 1, null));

    private StoreCell[] NewCells() => [.. Enumerable.Range(1, Count).Select(id => Cells.New(_engine, id))];
}
