using CsCheck;
using WasmActors.Functions.Placement;

namespace WasmActors.Functions.Tests.Placement;

public class ShardPlanTests
{
    private static readonly HashSet<string> s_none = new(StringComparer.Ordinal);

    [Fact]
    public void A_shard_goes_to_the_node_with_the_fewest_that_neither_leaves_nor_is_unreachable()
    {
        Assert.Equal("b", ShardPlan.Place(Regions(("a", 3, true), ("b", 2, true), ("c", 0, false))));
        Assert.Null(ShardPlan.Place(Regions(("a", 3, false))));
    }

    [Fact]
    public void A_node_that_leaves_is_emptied_first_and_a_few_shards_at_a_time()
    {
        var next = ShardPlan.Next(Regions(("a", 100, true), ("b", 0, true), ("c", 50, false)), s_none);

        Assert.Equal(4, next.Count);
        Assert.All(next, shard => Assert.StartsWith("c", shard, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_else_moves_until_a_node_that_leaves_is_empty()
    {
        var regions = Regions(("a", 100, true), ("b", 0, true), ("c", 2, false));

        Assert.Empty(ShardPlan.Next(regions, new HashSet<string>(StringComparer.Ordinal) { "c0", "c1" }));
    }

    [Fact]
    public void Nothing_moves_while_a_node_is_gone_neither_its_own_shards_nor_others()
    {
        RegionLoad<string> gone = new("d", [.. Shards("d", 20)], RegionState.Gone);

        Assert.Empty(ShardPlan.Next([.. Regions(("a", 100, true), ("b", 0, true)), gone], s_none));
        Assert.Empty(ShardPlan.Next([.. Regions(("a", 10, true), ("b", 10, false)), gone], s_none));
        Assert.Equal("b", ShardPlan.Place([.. Regions(("a", 100, true), ("b", 30, true)), gone]));
    }

    [Fact]
    public void A_node_that_has_just_joined_is_not_filled_up_and_accepts_what_has_no_other_node()
    {
        RegionLoad<string> joined = new("d", [], RegionState.New);

        Assert.Empty(ShardPlan.Next([.. Regions(("a", 100, true)), joined], s_none));
        Assert.Equal(4, ShardPlan.Next([.. Regions(("a", 100, false)), joined], s_none).Count);
        Assert.Equal("a", ShardPlan.Place([.. Regions(("a", 100, true)), joined]));
        Assert.Equal("d", ShardPlan.Place([.. Regions(("a", 100, false)), joined]));
    }

    [Fact]
    public void Hand_overs_that_are_under_way_count() =>
        Assert.Equal(2, ShardPlan.Next(Regions(("a", 100, false), ("b", 0, true)), new HashSet<string>(StringComparer.Ordinal) { "a0", "a1" }).Count);

    [Fact]
    public void Half_as_many_shards_move_at_a_time_where_nobody_leaves() =>
        Assert.Equal(2, ShardPlan.Next(Regions(("a", 100, true), ("b", 0, true)), s_none).Count);

    [Fact]
    public void Where_all_nodes_leave_nothing_moves() => Assert.Empty(ShardPlan.Next(Regions(("a", 5, false), ("b", 5, false)), s_none));

    [Fact]
    public void What_is_even_is_left_alone() => Assert.Empty(ShardPlan.Next(Regions(("a", 43, true), ("b", 43, true), ("c", 42, true)), s_none));

    [Fact]
    public void A_node_that_joins_two_is_even_within_30_seconds_of_rounds_each_quarter_second()
    {
        foreach (int shards in new[] { 128, 512, 4_096 })
        {
            int rounds = RoundsUntilEven(new(StringComparer.Ordinal) { ["a"] = [.. Shards("a", shards / 2)], ["b"] = [.. Shards("b", shards / 2)], ["c"] = [] }, s_none);
            Assert.InRange(rounds, 1, 110); // of 0.25 s
        }
    }

    [Fact]
    public void Rounds_always_end_with_even_nodes_and_empty_leavers()
    {
        var counts = Gen.Int[0, 60].Array[1, 6];
        Gen.Select(counts, Gen.Int[0, 63]).Sample((sizes, leaving) =>
        {
            var regions = sizes.Select((size, i) => (Name: $"n{i}", Shards: Shards($"n{i}x", size).ToList())).ToDictionary(static r => r.Name, static r => r.Shards, StringComparer.Ordinal);
            var leavers = regions.Keys.Where((_, i) => (leaving & (1 << i)) != 0).ToHashSet(StringComparer.Ordinal);
            if (leavers.Count == regions.Count)
            {
                leavers.Clear();
            }

            int before = regions.Values.Sum(static s => s.Count);
            RoundsUntilEven(regions, leavers);

            Assert.Equal(before, regions.Values.SelectMany(static s => s).Distinct(StringComparer.Ordinal).Count());
            Assert.All(leavers, l => Assert.Empty(regions[l]));
            int[] rest = [.. regions.Where(r => !leavers.Contains(r.Key)).Select(static r => r.Value.Count)];
            Assert.InRange(rest.Max() - rest.Min(), 0, 1);
        });
    }

    private static int RoundsUntilEven(Dictionary<string, List<string>> regions, HashSet<string> leavers)
    {
        for (int round = 0; ; round++)
        {
            Assert.True(round < 1_000, "it does not end");
            var next = ShardPlan.Next(Loads(regions, leavers), s_none);
            if (next.Count == 0)
            {
                return round;
            }

            foreach (string shard in next)
            {
                regions.Values.Single(s => s.Contains(shard, StringComparer.Ordinal)).Remove(shard);
                regions[ShardPlan.Place(Loads(regions, leavers))!].Add(shard);
            }
        }
    }

    private static List<RegionLoad<string>> Loads(Dictionary<string, List<string>> regions, HashSet<string> leavers) =>
        [.. regions.Select(r => new RegionLoad<string>(r.Key, [.. r.Value], leavers.Contains(r.Key) ? RegionState.Leaves : RegionState.Takes))];

    private static List<RegionLoad<string>> Regions(params (string Name, int Shards, bool Takes)[] regions) =>
        [.. regions.Select(static r => new RegionLoad<string>(r.Name, [.. Shards(r.Name, r.Shards)], r.Takes ? RegionState.Takes : RegionState.Leaves))];

    private static IEnumerable<string> Shards(string node, int count) => Enumerable.Range(0, count).Select(i => $"{node}{i}");
}
