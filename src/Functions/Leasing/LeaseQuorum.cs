using Akka.Cluster;

namespace WasmActors.Functions.Leasing;

/// <summary>Decides since when a node is known to be one of a majority, as Akka's <c>keep-majority</c> counts it.</summary>
internal static class LeaseQuorum
{
    /// <summary>Whether a member counts: those that may be members for other nodes already, or still, do not decide alone.</summary>
    internal static bool Counts(Member member) => member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting;

    /// <summary>The latest time for which a majority is known: this node, and those that have confirmed a question of that time or a later one.</summary>
    /// <param name="self">This node.</param>
    /// <param name="members">The members that count.</param>
    /// <param name="confirmed">When the question was sent that a member confirmed last.</param>
    /// <param name="lowestDecides">Whether of two halves the one with the lowest address is the majority.</param>
    /// <returns><see cref="long.MaxValue"/> where this node is a majority on its own; null for no time.</returns>
    internal static long? Since(UniqueAddress self, IReadOnlyCollection<UniqueAddress> members, IReadOnlyDictionary<UniqueAddress, long> confirmed, bool lowestDecides)
    {
        if (!members.Contains(self))
        {
            return null;
        }

        var lowest = lowestDecides ? members.Min(Comparer<UniqueAddress>.Create(static (a, b) => Member.AddressOrdering.Compare(a.Address, b.Address))) : null;
        int count = 1;
        bool hasLowest = self.Equals(lowest);
        long since = long.MaxValue;
        foreach (var (member, asked) in members.Where(m => !m.Equals(self) && confirmed.ContainsKey(m)).Select(m => (m, confirmed[m])).OrderByDescending(static c => c.Item2))
        {
            if (IsMajority())
            {
                break;
            }

            count++;
            hasLowest |= member.Equals(lowest);
            since = asked;
        }

        return IsMajority() ? since : null;

        bool IsMajority() => 2 * count > members.Count || (2 * count == members.Count && hasLowest);
    }
}
