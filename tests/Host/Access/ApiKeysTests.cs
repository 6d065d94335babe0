using Microsoft.Data.Sqlite;
using Serilog.Core;
using WasmActors.Host.Access;
using WasmActors.Host.Persistence;

namespace WasmActors.Host.Tests.Access;

public sealed class ApiKeysTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "keys.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_token_that_does_not_fit_takes_as_long_whether_its_id_exists_or_not()
    {
        var clock = new ManualClock();
        var database = await FunctionDatabase.OpenFileAsync(File);
        var (key, token) = Key("known", ApiScope.Call);
        Assert.True(await database.Keys.AddAsync(key, default));
        await using var keys = await ApiKeys.OpenAsync(database.Keys, clock, Logger.None, default);
        string guessed = $"{token[..^3]}{(token.EndsWith("AAA", StringComparison.Ordinal) ? "BBB" : "AAA")}";

        Assert.True(keys.FindAsync(token, default).AsTask().IsCompletedSuccessfully);
        var wrongSecret = keys.FindAsync(guessed, default).AsTask();
        var wrongId = keys.FindAsync($"wak_{new string('0', 16)}_{guessed[^43..]}", default).AsTask();

        Assert.False(wrongSecret.IsCompleted);
        Assert.False(wrongId.IsCompleted);
        Assert.Equal(2, clock.TimersWithin(TimeSpan.FromMilliseconds(200)));
        clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Null(await wrongSecret.WaitAsync(s_patience));
        Assert.Null(await wrongId.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Keys_are_read_again_only_when_they_were_changed()
    {
        var clock = new ManualClock();
        var database = await FunctionDatabase.OpenFileAsync(File);
        var (one, token) = Key("one", ApiScope.Call);
        Assert.True(await database.Keys.AddAsync(one, default));
        await using var keys = await ApiKeys.OpenAsync(database.Keys, clock, Logger.None, default);

        var holder = (await keys.FindAsync(token, default))!;

        // Whatever changes the table without raising the revision is not seen: it is not read.
        Execute("DELETE FROM wasm_keys");
        await TickAsync(keys, clock, rounds: 5);
        Assert.True(keys.IsKnown(holder));

        // A change by another node is.
        var (two, second) = Key("two", ApiScope.Call);
        Assert.True(await database.Keys.AddAsync(two, default));
        await TickAsync(keys, clock, rounds: 1);
        Assert.NotNull(await keys.FindAsync(second, default));
        Assert.False(keys.IsKnown(holder));
    }

    [Fact]
    public async Task A_key_that_another_node_revoked_is_not_accepted_two_seconds_later()
    {
        var clock = new ManualClock();
        var database = await FunctionDatabase.OpenFileAsync(File);
        var (key, token) = Key("key", ApiScope.Call);
        Assert.True(await database.Keys.AddAsync(key, default));
        await using var keys = await ApiKeys.OpenAsync(database.Keys, clock, Logger.None, default);
        var holder = (await keys.FindAsync(token, default))!;

        Assert.Equal(KeyRemoval.Removed, await database.Keys.RemoveAsync(key.Id, default));
        await TickAsync(keys, clock, rounds: 1);

        Assert.False(keys.IsKnown(holder));
    }

    [Fact]
    public async Task Changes_by_hand_are_seen_within_a_minute()
    {
        var clock = new ManualClock();
        var database = await FunctionDatabase.OpenFileAsync(File);
        var (key, token) = Key("key", ApiScope.Call);
        Assert.True(await database.Keys.AddAsync(key, default));
        await using var keys = await ApiKeys.OpenAsync(database.Keys, clock, Logger.None, default);
        var holder = (await keys.FindAsync(token, default))!;

        Execute("DELETE FROM wasm_keys");
        await TickAsync(keys, clock, rounds: 30);

        Assert.False(keys.IsKnown(holder));
    }

    [Fact]
    public async Task The_last_key_with_the_scope_admin_cannot_be_removed_not_even_by_two_at_the_same_time()
    {
        var store = (await FunctionDatabase.OpenFileAsync(File)).Keys;
        for (int round = 0; round < 20; round++)
        {
            var (one, _) = Key($"one-{round}", ApiScope.Admin);
            var (two, _) = Key($"two-{round}", ApiScope.Call, ApiScope.Admin);
            var (caller, _) = Key($"caller-{round}", ApiScope.Call);
            Assert.All(new[] { await store.AddAsync(one, default), await store.AddAsync(two, default), await store.AddAsync(caller, default) }, Assert.True);
            foreach (var old in (await store.ListAsync(default)).Where(k => k.Name != one.Name && k.Name != two.Name && k.Name != caller.Name))
            {
                Assert.Equal(KeyRemoval.Removed, await store.RemoveAsync(old.Id, default));
            }

            var removals = await Task.WhenAll(Task.Run(() => store.RemoveAsync(one.Id, default)), Task.Run(() => store.RemoveAsync(two.Id, default)));

            Assert.Equal([KeyRemoval.Removed, KeyRemoval.LastAdmin], removals.Order());
            Assert.Equal(KeyRemoval.Removed, await store.RemoveAsync(caller.Id, default));
            Assert.Equal(KeyRemoval.NotFound, await store.RemoveAsync(caller.Id, default));
            Assert.Single(await store.ListAsync(default));
        }
    }

    [Fact]
    public async Task A_first_key_is_made_only_where_there_has_never_been_one()
    {
        var store = (await FunctionDatabase.OpenFileAsync(File)).Keys;
        var tokens = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => FirstKey.CreateAsync(store, default))));
        Assert.Single(tokens, static token => token is not null);

        Execute("DELETE FROM wasm_keys");

        Assert.Null(await FirstKey.CreateAsync(store, default));
    }

    private static (ApiKey Key, string Token) Key(string name, params ApiScope[] scopes) =>
        ApiKey.Create(name, [.. scopes], new KeyLimits(null, null, null, null), TimeProvider.System);

    // The round has been done when a token that is looked up after it is: both read by turns.
    private static async Task TickAsync(ApiKeys keys, ManualClock clock, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            var probe = keys.FindAsync($"wak_{new string('0', 16)}_{new string('0', 43)}", default).AsTask();
            while (!probe.IsCompleted)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                await Task.WhenAny(probe, Task.Delay(5));
            }

            Assert.Null(await probe.WaitAsync(s_patience));
        }
    }

    private void Execute(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={File}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
