using WasmActors.Functions.State;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence.States;

namespace WasmActors.Functions.Tests.Persistence.States;

/// <summary>What every database of states must keep to.</summary>
public abstract class StateStoreContract : IAsyncLifetime
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    internal static readonly DateTimeOffset Start = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private SqlStateStore? _store;

    private protected WallClock Clock { get; } = new(Start);

    private protected SqlStateStore Store => _store ?? throw new SkipException("PostgreSQL is not installed");

    public virtual async Task InitializeAsync() => _store = await OpenAsync(new StateStoreOptions { Time = Clock, Answers = 5 });

    public virtual async Task DisposeAsync() => await _store!.DisposeAsync();

    private protected abstract Task<SqlStateStore> OpenAsync(StateStoreOptions options);

    [SkippableFact]
    public async Task A_key_without_a_state_has_none()
    {
        Assert.Null(await Store.FindAsync("f", "k"));
        Assert.Equal([null], await Store.NewestAsync([("f", "k")]));
    }

    [SkippableFact]
    public async Task Deltas_are_found_in_their_order_also_by_another_node()
    {
        long id = StateId.New("f", "k");
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal([CommitOutcome.Committed], await Store.CommitAsync([Commit(id, i)]));
        }

        await using var other = await OpenAsync(new StateStoreOptions { Time = Clock });
        var state = await other.FindAsync("f", "k");
        Assert.Equal((id, Digest, 3, 20L, null), (state!.Id, state.ModuleDigest, state.Version, state.Sequence, state.Base));
        Assert.Equal(Enumerable.Range(1, 20).Select(static i => DeltaOf(i)), state.Deltas);
        Assert.Equal([new StateHead(id, 20), null], await other.NewestAsync([("f", "k"), ("f", "none")]));
    }

    [SkippableFact]
    public async Task Commits_of_one_group_are_judged_one_by_one()
    {
        long k = StateId.New("f", "k");
        long m = StateId.New("f", "m");
        var outcomes = await Store.CommitAsync([Commit(k, 1), Commit(m, 2, "m"), Commit(k, 2), Commit(k, 4), Commit(k, 3), Commit(m, 1, "m")]);

        Assert.Equal(
            [CommitOutcome.Committed, CommitOutcome.Fenced, CommitOutcome.Committed, CommitOutcome.Fenced, CommitOutcome.Committed, CommitOutcome.Committed],
            outcomes);
        Assert.Equal([new StateHead(k, 3), new StateHead(m, 1)], await Store.NewestAsync([("f", "k"), ("f", "m")]));
    }

    [SkippableFact]
    public async Task Of_two_owners_one_is_fenced()
    {
        long id = StateId.New("f", "k");
        var first = Commit(id, 1);
        Assert.Equal([CommitOutcome.Committed], await Store.CommitAsync([first]));

        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(id, 1)]));
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(StateId.New("f", "k") ^ 1, 1)]));
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(id, 3)]));
        Assert.Equal([DeltaOf(1)], (await Store.FindAsync("f", "k"))!.Deltas);
    }

    [SkippableFact]
    public async Task A_commit_that_is_sent_again_is_stored_once_and_counts_as_committed()
    {
        long id = StateId.New("f", "k");
        StateCommit[] group = [Commit(id, 1), Commit(id, 2), Commit(StateId.New("f", "m"), 1, "m")];
        await Store.CommitAsync(group);

        Assert.All(await Store.CommitAsync(group), static o => Assert.Equal(CommitOutcome.Committed, o));
        Assert.Equal([CommitOutcome.Committed, CommitOutcome.Committed], await Store.CommitAsync([group[1], Commit(id, 3)]));
        Assert.Equal(3, (await Store.FindAsync("f", "k"))!.Deltas.Count);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(BaseChunks.Size)]
    [InlineData(BaseChunks.Size + 1)]
    [InlineData(1_000_000)]
    public async Task A_checkpoint_takes_the_place_of_older_deltas(int bytes)
    {
        long id = StateId.New("f", "k");
        byte[] noise = new byte[bytes];
        new Random(bytes).NextBytes(noise.AsSpan(0, bytes / 2)); // half of it can be compressed
        await Store.CommitAsync([Commit(id, 1), Commit(id, 2, whole: new byte[50_000]), Commit(id, 3)]);
        await Store.CommitAsync([Commit(id, 4, whole: noise), Commit(id, 5)]);

        var state = await Store.FindAsync("f", "k");
        Assert.Equal(noise, state!.Base);
        Assert.Equal([DeltaOf(5)], state.Deltas);
        Assert.Equal(5, state.Sequence);
    }

    [SkippableFact]
    public async Task A_fenced_checkpoint_changes_nothing()
    {
        long id = StateId.New("f", "k");
        await Store.CommitAsync([Commit(id, 1), Commit(id, 2, whole: [1, 2, 3]), Commit(id, 3)]);

        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(id, 2, whole: [9], answer: "late")]));

        var state = await Store.FindAsync("f", "k");
        Assert.Equal([1, 2, 3], state!.Base!);
        Assert.Equal([DeltaOf(3)], state.Deltas);
        Assert.Empty(state.Answers);
    }

    [SkippableFact]
    public async Task Rows_before_a_checkpoint_are_deleted_but_for_those_that_tell_an_unknown_outcome()
    {
        long id = StateId.New("f", "k");
        var early = Commit(id, 2);
        await Store.CommitAsync([Commit(id, 1), early]);
        for (int i = 3; i <= 300; i++)
        {
            await Store.CommitAsync([Commit(id, i, whole: i % 100 == 0 ? [1] : null)]);
        }

        Assert.Equal([CommitOutcome.Unknown], await Store.CommitAsync([early]));
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(id, 250)]));
        Assert.Equal(300, (await Store.FindAsync("f", "k"))!.Sequence);
    }

    [SkippableFact]
    public async Task Answers_are_kept_by_number_and_age()
    {
        long id = StateId.New("f", "k");
        for (int i = 1; i <= 100; i++)
        {
            await Store.CommitAsync([Commit(id, i, answer: i % 2 == 0 ? $"call {i}" : null, whole: i == 70 ? [7] : null)]);
        }

        var answers = (await Store.FindAsync("f", "k"))!.Answers;
        Assert.Equal(["call 92", "call 94", "call 96", "call 98", "call 100"], answers.Select(static a => a.Key), StringComparer.Ordinal);
        Assert.Equal((100L, Start, 1), (answers[^1].Sequence, answers[^1].At, answers[^1].RequestHash[0]));
        Assert.Equal([1, 0, 0], answers[^1].Answer);

        Clock.Advance(TimeSpan.FromHours(23));
        await Store.CommitAsync([Commit(id, 101, answer: "new")]);
        Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(["new"], (await Store.FindAsync("f", "k"))!.Answers.Select(static a => a.Key), StringComparer.Ordinal);
        Clock.Advance(TimeSpan.FromHours(23));
        Assert.Empty((await Store.FindAsync("f", "k"))!.Answers);
    }

    [SkippableFact]
    public async Task A_deleted_state_fences_its_owner_and_a_new_one_is_another()
    {
        long old = StateId.New("f", "k");
        await Store.CommitAsync([Commit(old, 1, answer: "a"), Commit(old, 2, whole: [1])]);

        Assert.True(await Store.DeleteAsync("f", "k"));
        Assert.False(await Store.DeleteAsync("f", "k"));
        Assert.Null(await Store.FindAsync("f", "k"));
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(old, 3)]));

        long created = old ^ 1;
        await Store.CommitAsync([Commit(created, 1), Commit(created, 2)]);
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(old, 3)]));
        Assert.Equal(2, (await Store.FindAsync("f", "k"))!.Sequence);
    }

    [SkippableFact]
    public async Task A_deleted_function_loses_the_states_of_its_versions_and_one_deployed_again_keeps_its_own()
    {
        foreach (int i in Enumerable.Range(0, 600))
        {
            await Store.CommitAsync([Commit(StateId.New("f", $"{i}"), 1, $"{i}"), Commit(StateId.New("g", $"{i}"), 1, $"{i}", function: "g")]);
        }

        await Store.DeleteFunctionAsync("f", 3);

        Assert.Empty((await Store.ListAsync("f", null, 10)).States);
        Assert.Null(await Store.FindAsync("f", "7"));
        Assert.NotNull(await Store.FindAsync("g", "7"));
        Assert.Equal([CommitOutcome.Fenced], await Store.CommitAsync([Commit(StateId.New("f", "late"), 1, "late")]));

        long again = StateId.New("f", "7");
        Assert.Equal([CommitOutcome.Committed], await Store.CommitAsync([Commit(again, 1, "7") with { Version = 4 }]));
        await Store.DeleteFunctionAsync("f", 3);
        await Store.DeleteFunctionAsync("f", 2);
        Assert.Equal(again, (await Store.FindAsync("f", "7"))!.Id);
    }

    [SkippableFact]
    public async Task Lists_have_pages_in_the_order_of_functions_and_keys()
    {
        string[] keys = ["a", "a/b", "ä", "z", "Z"];
        foreach (string key in keys)
        {
            await Store.CommitAsync([Commit(StateId.New("f", key), 1, key), Commit(StateId.New("g", key), 1, key, function: "g", whole: new byte[100])]);
        }

        var listed = new List<StateSummary>();
        string? after = null;
        do
        {
            var page = await Store.ListAsync(null, after, 3);
            Assert.InRange(page.States.Count, 1, 3);
            listed.AddRange(page.States);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(["f/Z", "f/a", "f/a/b", "f/z", "f/ä", "g/Z", "g/a", "g/a/b", "g/z", "g/ä"], listed.Select(static s => $"{s.Function}/{s.Key}"), StringComparer.Ordinal);
        Assert.Equal((1L, 1L, Start, Digest), (listed[^1].Sequence, listed[^1].BaseSequence, listed[^1].ChangedAt, listed[^1].ModuleDigest));
        Assert.Equal(["z", "ä"], (await Store.ListAsync("f", "f/a/b", 10)).States.Select(static s => s.Key), StringComparer.Ordinal);
    }

    internal static byte[] DeltaOf(long sequence) => BitConverter.GetBytes(sequence);

    internal static StateCommit Commit(long state, long sequence, string key = "k", string function = "f", byte[]? whole = null, string? answer = null) => new(
        state, function, key, Digest, 3, sequence, DeltaOf(sequence), answer is null ? null : new StoredAnswer(answer, [1], sequence, Start + TimeSpan.FromHours(sequence > 100 ? 23 : 0), [1, 0, 0]), whole);
}
