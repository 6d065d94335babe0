using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Access;
using WasmActors.Host.Persistence;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Persistence;

public class PostgresTests
{
    [SkippableFact]
    public async Task Two_nodes_share_a_PostgreSQL_database_and_find_all_again_after_a_restart()
    {
        Skip.If(PostgresServer.MissingBecause is not null, PostgresServer.MissingBecause);
        await using var server = await PostgresServer.StartAsync();
        var database = await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection);
        await using (var first = await TestNode.StartAsync(database))
        {
            await using var second = await TestNode.StartAsync(database, first);
            await second.DeployAsync(new FunctionSpec("kept") { Kind = FunctionKind.Keyed }, Wat.Counter);
            await second.DeployAsync(new FunctionSpec("kept") { Kind = FunctionKind.Keyed }, Wat.Hundreds);
            foreach (int key in Enumerable.Range(0, 8))
            {
                Assert.Equal(100, (await Expect.SoonAsync(second.Functions.Get("kept", $"{key}").CallAsync("next"))).Value.AsI32());
            }
        }

        database = await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection);
        await using var again = await TestNode.StartAsync(database);

        Assert.Equal([1, 2], again.Functions.Catalogue.Find("kept")!.Versions.Select(v => v.Number));
        Assert.Equal(100, (await Expect.SoonAsync(again.Functions.Get("kept", "k").CallAsync("next"))).Value.AsI32());
    }

    [SkippableFact]
    public async Task Of_two_nodes_that_revoke_the_last_two_admin_keys_at_the_same_time_one_is_rejected()
    {
        Skip.If(PostgresServer.MissingBecause is not null, PostgresServer.MissingBecause);
        await using var server = await PostgresServer.StartAsync();
        var first = (await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection)).Keys;
        var second = (await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection)).Keys;
        var kept = Admin("first");
        Assert.True(await first.AddAsync(kept, default));
        for (int round = 0; round < 50; round++)
        {
            var added = Admin($"round {round}");
            Assert.True(await second.AddAsync(added, default));

            var removals = await Task.WhenAll(first.RemoveAsync(kept.Id, default), second.RemoveAsync(added.Id, default));

            Assert.Equal([KeyRemoval.Removed, KeyRemoval.LastAdmin], removals.Order());
            kept = Assert.Single(await first.ListAsync(default));
        }
    }

    private static ApiKey Admin(string name) => ApiKey.Create(name, [ApiScope.Admin], new KeyLimits(null, null, null, null), TimeProvider.System).Key;
}
