using System.Globalization;
using Akka.Cluster.Sharding;
using WasmActors.Functions.Calls;

namespace WasmActors.Functions.Placement;

/// <summary>Names a function's key among all entities of the cluster, and says which shard it belongs to.</summary>
/// <param name="shards">Shards of the cluster. Must be the same on all nodes.</param>
internal sealed class FunctionEntity(int shards) : HashCodeMessageExtractor(shards)
{
    private const char Separator = '/'; // not allowed in a function's name

    /// <summary>An entity's name.</summary>
    internal static string Join(string function, string key) => $"{function}{Separator}{key}";

    /// <summary>The function and the key of an entity's name.</summary>
    internal static (string Function, string Key) Split(string entityId)
    {
        int at = entityId.IndexOf(Separator);
        return (entityId[..at], entityId[(at + 1)..]);
    }

    /// <summary>Whether an entity belongs to a shard and not to a key.</summary>
    internal static bool IsMark(string entityId) => entityId[0] == Separator;

    /// <summary>Returns one entity of each shard that no key has.</summary>
    internal IReadOnlyCollection<string> Marks()
    {
        var marks = new Dictionary<string, string>(MaxNumberOfShards, StringComparer.Ordinal);
        for (int number = 0; marks.Count < MaxNumberOfShards; number++)
        {
            string mark = string.Create(CultureInfo.InvariantCulture, $"{Separator}{number}");
            marks.TryAdd(ShardId(mark), mark);
        }

        return marks.Values;
    }

    /// <inheritdoc/>
    public override string? EntityId(object message) =>
        message is FunctionProtocol.Invoke { Key: { } key } call ? Join(call.Function, key) : null;
}
