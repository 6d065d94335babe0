using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Serilog;
using WasmActors.Functions.Api;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.State;

public sealed class CommitLineTests
{
    private static readonly LineLimits s_hasty = new() { Patience = TimeSpan.FromMilliseconds(500), Pause = TimeSpan.FromMilliseconds(5) };

    private readonly FakeStateStore _store = new();
    private readonly CollectingSink _log = new();

    [Fact]
    public async Task Commits_that_come_during_a_transaction_are_the_next_one()
    {
        await using var line = Line();
        var open = Hold();
        var first = line.CommitAsync(Commit(1)).AsTask();
        await Expect.ConditionAsync(() => _store.Groups.Count == 1, "the first transaction is under way");
        var others = Enumerable.Range(2, 99).Select(i => line.CommitAsync(Commit(i)).AsTask()).ToArray();
        Assert.Equal(100, line.Waiting);

        open.SetResult();

        Assert.All(await Expect.SoonAsync(Task.WhenAll([first, .. others])), static o => Assert.Equal(CommitOutcome.Committed, o));
        Assert.Equal([1, 99], _store.Groups);
        await Expect.ConditionAsync(() => line.Waiting == 0, "nothing waits");
    }

    [Fact]
    public async Task A_transaction_is_bounded_by_number_and_by_bytes()
    {
        await using var line = Line(new LineLimits { GroupRequests = 10, GroupBytes = 100_000 });
        var open = Hold();
        var all = new List<Task<CommitOutcome>> { line.CommitAsync(Commit(1)).AsTask() };
        await Expect.ConditionAsync(() => _store.Groups.Count == 1, "the first transaction is under way");
        all.AddRange(Enumerable.Range(2, 25).Select(i => line.CommitAsync(Commit(i)).AsTask()));
        all.AddRange(Enumerable.Range(27, 3).Select(i => line.CommitAsync(Commit(i, bytes: 60_000)).AsTask()));

        open.SetResult();

        await Expect.SoonAsync(Task.WhenAll(all));
        Assert.Equal([1, 10, 10, 6, 1, 1], _store.Groups); // 5 small ones and one of 60,000 bytes
    }

    [Fact]
    public async Task A_full_line_is_busy_and_says_when_to_try_again()
    {
        await using var line = Line(new LineLimits { Requests = 3, Bytes = 10_000 });
        var open = Hold();
        Task<CommitOutcome>[] waiting = [.. Enumerable.Range(1, 3).Select(i => line.CommitAsync(Commit(i)).AsTask())];

        var busy = (WasmError)await Expect.FailureAsync(ErrorCode.Busy, line.CommitAsync(Commit(4)));
        Assert.True(busy.RetryAfter > TimeSpan.Zero);
        open.SetResult();
        await Expect.SoonAsync(Task.WhenAll(waiting));
        await Expect.ConditionAsync(() => line.Waiting == 0, "nothing waits");

        open = Hold();
        var large = line.CommitAsync(Commit(4, bytes: 1_000_000)).AsTask(); // the only one
        await Expect.FailureAsync(ErrorCode.Busy, line.CommitAsync(Commit(5)));
        open.SetResult();
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(large));
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(5))));
    }

    [Fact]
    public async Task A_transaction_that_failed_is_not_sent_again_and_the_next_one_is_logged_as_recovery()
    {
        await using var line = Line();
        _store.NextFails();
        _store.NextFails();

        var failure = (WasmError)await Expect.FailureAsync(ErrorCode.StateUnavailable, line.CommitAsync(Commit(1)));
        await Expect.FailureAsync(ErrorCode.StateUnavailable, line.CommitAsync(Commit(1)));

        Assert.Equal(TimeSpan.FromSeconds(2), failure.RetryAfter);
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(1))));
        Assert.Equal([1, 1, 1], _store.Groups);
        await Expect.ConditionAsync(() => _log.Events.Count == 2, "one line says that it fails, one that it works again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_outcome_is_unknown_is_sent_again_until_it_is_known(bool stored)
    {
        await using var line = Line();
        _store.NextIsLost(stored);
        _store.NextIsLost(stores: false);
        _store.NextFails(); // of this attempt it is known, of the first one it is not

        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(1))));

        Assert.Equal(4, _store.Groups.Count);
        Assert.Single(_store.Stored);
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(2))));
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_unknown_is_fenced_if_another_owner_was_faster()
    {
        await using var line = Line();
        _store.Next(mine =>
        {
            _ = _store.CommitAsync([Commit(1)], default); // the twin's, with the same bytes
            throw new IOException("The connection broke.");
        });

        Assert.Equal(CommitOutcome.Fenced, await Expect.SoonAsync(line.CommitAsync(Commit(1))));
    }

    [Fact]
    public async Task A_commit_whose_outcome_remains_unknown_is_unanswered_in_time()
    {
        await using var line = Line(s_hasty);
        for (int i = 0; i < 1000; i++)
        {
            _store.NextIsLost(stores: false);
        }

        var failure = await Expect.FailureAsync(FunctionErrorCode.Unanswered, line.CommitAsync(Commit(1)));
        Assert.Contains("The connection broke", failure.Message, StringComparison.Ordinal);
        Assert.InRange(_store.Groups.Count, 2, 200);
    }

    [Fact]
    public async Task A_database_that_cannot_tell_any_more_leaves_the_commit_unanswered()
    {
        await using var line = Line();
        _store.Next(static _ => Task.FromResult<IReadOnlyList<CommitOutcome>>([CommitOutcome.Unknown]));

        await Expect.FailureAsync(FunctionErrorCode.Unanswered, line.CommitAsync(Commit(1)));
    }

    [Fact]
    public async Task A_database_that_never_returns_keeps_nobody_waiting()
    {
        var line = Line(s_hasty);
        _store.Next(static _ => new TaskCompletionSource<IReadOnlyList<CommitOutcome>>().Task);
        var underWay = line.CommitAsync(Commit(1));
        await Expect.ConditionAsync(() => _store.Groups.Count == 1, "the transaction is under way");
        var queued = line.CommitAsync(Commit(2));

        await Expect.FailureAsync(ErrorCode.StateUnavailable, queued);
        await Expect.FailureAsync(FunctionErrorCode.Unanswered, underWay);
        await Expect.SoonAsync(line.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_wrong_number_of_outcomes_is_an_unknown_outcome()
    {
        await using var line = Line();
        _store.Next(static _ => Task.FromResult<IReadOnlyList<CommitOutcome>>([]));

        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(1))));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_in_the_queue_is_not_stored()
    {
        await using var line = Line();
        using var cancellation = new CancellationTokenSource();
        var open = Hold();
        var first = line.CommitAsync(Commit(1)).AsTask();
        await Expect.ConditionAsync(() => _store.Groups.Count == 1, "the transaction is under way");
        var cancelled = line.CommitAsync(Commit(2), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Expect.SoonAsync(cancelled));
        Assert.Equal(1, line.Waiting);
        open.SetResult();
        await Expect.SoonAsync(first);
        Assert.Equal(CommitOutcome.Fenced, await Expect.SoonAsync(line.CommitAsync(Commit(3)))); // of the owner that made 2
        Assert.Equal([(State: 1L, Sequence: 1L)], _store.Stored.Keys);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Expect.SoonAsync(line.CommitAsync(Commit(2), cancellation.Token)));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_during_its_transaction_is_unanswered()
    {
        await using var line = Line();
        using var cancellation = new CancellationTokenSource();
        var open = Hold();
        var cancelled = line.CommitAsync(Commit(1), cancellation.Token);
        await Expect.ConditionAsync(() => _store.Groups.Count == 1, "the transaction is under way");
        await cancellation.CancelAsync();

        await Expect.FailureAsync(FunctionErrorCode.Unanswered, cancelled);
        open.SetResult();
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(2))));
    }

    [Fact]
    public async Task A_line_that_is_disposed_stores_what_waits_and_accepts_nothing_more()
    {
        var line = Line();
        var open = Hold();
        var waiting = Enumerable.Range(1, 50).Select(i => line.CommitAsync(Commit(i)).AsTask()).ToArray();
        var disposed = line.DisposeAsync().AsTask();

        await Expect.FailureAsync(ErrorCode.StateUnavailable, line.CommitAsync(Commit(51)));
        Assert.False(disposed.IsCompleted);
        open.SetResult();
        await Expect.SoonAsync(disposed);
        Assert.All(waiting, static w => Assert.Equal(CommitOutcome.Committed, w.Result));
    }

    [Fact]
    public async Task A_database_that_blocks_its_thread_does_not_block_the_caller()
    {
        await using var line = Line();
        using var blocked = new ManualResetEventSlim();
        int thread = 0;
        _store.Next(store =>
        {
            thread = Environment.CurrentManagedThreadId;
            blocked.Wait(Expect.Patience);
            return Task.FromResult(store());
        });

        int caller = Environment.CurrentManagedThreadId;
        var commit = line.CommitAsync(Commit(1)).AsTask();
        Assert.False(commit.IsCompleted);
        Assert.False(line.CommitAsync(Commit(2)).AsTask().IsCompleted);
        blocked.Set();

        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(commit));
        Assert.NotEqual(caller, thread);
    }

    [Fact]
    public async Task Newest_sequences_are_read_in_groups_and_beside_commits()
    {
        await using var line = Line();
        await line.CommitAsync(Commit(1));
        var open = Hold();
        var underWay = line.CommitAsync(Commit(2)).AsTask();

        var heads = await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 200).Select(i => line.NewestAsync("f", i % 2 == 0 ? "k" : "none").AsTask())));

        Assert.Equal([new StateHead(1, 1), null], heads[..2]);
        Assert.Equal(200, _store.Reads.Sum());
        _store.ReadFailure = new IOException("The connection broke.");
        await Expect.FailureAsync(ErrorCode.StateUnavailable, line.NewestAsync("f", "k"));
        open.SetResult();
        await Expect.SoonAsync(underWay);
    }

    [Fact]
    public async Task Commits_are_measured_and_a_listener_that_throws_keeps_no_answer_back()
    {
        await using var line = Line();
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        bool throws = false;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, l) =>
            {
                if (instrument.Name.StartsWith("wasmactors.state.", StringComparison.Ordinal))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Add(Instrument instrument, double value) =>
            measured.AddOrUpdate(instrument.Name, value, (_, sum) => !throws ? sum + value : throw new InvalidOperationException("The listener is broken."));

        listener.SetMeasurementEventCallback<long>((i, v, _, _) => Add(i, v));
        listener.SetMeasurementEventCallback<int>((i, v, _, _) => Add(i, v));
        listener.SetMeasurementEventCallback<double>((i, v, _, _) => Add(i, v));
        listener.Start();
        await line.CommitAsync(Commit(1, bytes: 5_000));
        await Expect.ConditionAsync(() => measured.Count == 5, "all instruments have measured");

        Assert.True(measured["wasmactors.state.commits"] >= 1);
        Assert.True(measured["wasmactors.state.commit.bytes"] >= 5_000);
        Assert.True(measured["wasmactors.state.group.size"] >= 1);
        throws = true;
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(2))));
        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(3))));
    }

    internal static StateCommit Commit(long sequence, int bytes = 8) => new(1, "f", "k", "digest", 1, sequence, new byte[bytes]);

    private CommitLine Line(LineLimits? limits = null) => new(_store, new LoggerConfiguration().WriteTo.Sink(_log).CreateLogger(), limits);

    // The next transaction is stored when the test says so.
    private TaskCompletionSource Hold()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Next(async store =>
        {
            await open.Task;
            return store();
        });
        return open;
    }
}
