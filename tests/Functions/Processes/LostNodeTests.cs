using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Processes;

public sealed class LostNodeTests
{
    [Fact]
    public async Task A_node_that_is_lost_is_one_line_in_the_logs_of_the_others()
    {
        await using var cluster = NodeCluster.Make(3, NodeCluster.FindsDeathsSoon, new Dictionary<string, string>(StringComparer.Ordinal));
        await cluster.StartAllAsync();
        await Expect.ConditionAsync(() => Logs(cluster).All(log => log.Contains("has joined the cluster", StringComparison.Ordinal) && log.Contains("without TLS", StringComparison.Ordinal)), "all nodes have met and logged what a start says");
        int[] before = [.. Logs(cluster).Select(static log => log.Length)];

        await cluster.Nodes[2]!.KillAsync();
        await Expect.ConditionAsync(() => Logs(cluster).All(log => log.Contains("was removed from the cluster", StringComparison.Ordinal)), "the others have removed it");
        await Task.Delay(TimeSpan.FromSeconds(3)); // what would still be logged about it

        foreach (var (log, length) in Logs(cluster).Zip(before))
        {
            string line = Assert.Single(log[length..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(cluster.Places[2].Address, line, StringComparison.Ordinal);
        }
    }

    private static IReadOnlyList<string> Logs(NodeCluster cluster) => [.. cluster.Nodes.Take(2).Select(static node => node!.Output)];
}
