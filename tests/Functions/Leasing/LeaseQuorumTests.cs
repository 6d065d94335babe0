using Akka.Actor;
using Akka.Cluster;
using CsCheck;
using WasmActors.Functions.Leasing;

namespace WasmActors.Functions.Tests.Leasing;

public class LeaseQuorumTests
{
    private static readonly UniqueAddress[] s_nodes = [.. Enumerable.Range(1, 7).Select(static i => new UniqueAddress(new Address("akka.tcp", "wasmactors", "127.0.0.1", 4000 + i), 100 + i))];

    [Fact]
    public void One_node_decides_alone() => Assert.Equal(long.MaxValue, Since(s_nodes[0], 1));

    [Fact]
    public void Of_two_nodes_the_one_with_the_lowest_address_decides_alone()
    {
        Assert.Equal(long.MaxValue, Since(s_nodes[0], 2));
        Assert.Null(Since(s_nodes[1], 2));
        Assert.Equal(5, Since(s_nodes[1], 2, (0, 5)));
        Assert.Null(LeaseQuorum.Since(s_nodes[0], s_nodes[..2], new Dictionary<UniqueAddress, long>(), lowestDecides: false));
    }

    [Fact]
    public void Of_three_nodes_one_other_is_enough_and_the_latest_counts()
    {
        Assert.Null(Since(s_nodes[0], 3));
        Assert.Equal(7, Since(s_nodes[0], 3, (2, 7)));
        Assert.Equal(9, Since(s_nodes[2], 3, (0, 9), (1, 4)));
    }

    [Fact]
    public void Of_four_nodes_half_with_the_lowest_address_is_a_majority()
    {
        Assert.Equal(3, Since(s_nodes[0], 4, (3, 3)));
        Assert.Equal(3, Since(s_nodes[3], 4, (0, 3)));
        Assert.Null(Since(s_nodes[1], 4, (2, 3)));
        Assert.Equal(2, Since(s_nodes[1], 4, (2, 3), (3, 2)));
    }

    [Fact]
    public void A_node_that_is_no_member_has_no_majority() =>
        Assert.Null(LeaseQuorum.Since(s_nodes[4], s_nodes[..3], new Dictionary<UniqueAddress, long> { [s_nodes[0]] = 1, [s_nodes[1]] = 1 }, lowestDecides: true));

    [Fact]
    public void No_two_parts_of_a_split_cluster_both_have_a_majority()
    {
        Gen.Select(Gen.Int[1, 7], Gen.Int[0, 127], Gen.Bool).Sample((count, part, lowest) =>
        {
            var members = s_nodes[..count];
            var here = members.Where((_, i) => (part & (1 << i)) != 0).ToList();
            var there = members.Except(here).ToList();

            Assert.False(Decides(here, members, lowest) && Decides(there, members, lowest), $"{count} {part}");
            Assert.True(Decides(here, members, lowest) || Decides(there, members, lowest) || (!lowest && 2 * here.Count == count));
        });
    }

    private static bool Decides(List<UniqueAddress> part, UniqueAddress[] members, bool lowest) =>
        part.Count > 0 && part.TrueForAll(self => LeaseQuorum.Since(self, members, part.ToDictionary(static n => n, static _ => 1L), lowest) is not null);

    private static long? Since(UniqueAddress self, int members, params (int Node, long Asked)[] confirmed) =>
        LeaseQuorum.Since(self, s_nodes[..members], confirmed.ToDictionary(static c => s_nodes[c.Node], static c => c.Asked), lowestDecides: true);
}
