using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Serilog.Core;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Host.Persistence.States;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Tests.Persistence.States.StateStoreContract;

namespace WasmActors.Functions.Tests.Persistence.States;

/// <summary>A file of states that is shared, locked, gone or on a full disk.</summary>
public sealed class SqliteFailureTests : IDisposable
{
    private static readonly StateStoreOptions s_hasty = new() { LockPatience = TimeSpan.FromMilliseconds(100) };

    private readonly StateFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Of_two_writers_of_one_key_exactly_one_wins_each_sequence()
    {
        await using var first = await _file.OpenAsync();
        await using var second = await _file.OpenAsync();
        await using var line = new CommitLine(first, Logger.None);
        await using var other = new CommitLine(second, Logger.None);
        long id = StateId.New("f", "k");
        int[] wins = new int[2];
        for (int i = 1; i <= 300; i++)
        {
            var outcomes = await Expect.SoonAsync(Task.WhenAll(line.CommitAsync(Commit(id, i)).AsTask(), other.CommitAsync(Commit(id, i)).AsTask()));

            Assert.Equal([CommitOutcome.Committed, CommitOutcome.Fenced], outcomes.Order());
            wins[outcomes[0] == CommitOutcome.Committed ? 0 : 1]++;
            Assert.Equal(new StateHead(id, i), await Expect.SoonAsync(line.NewestAsync("f", "k")));
        }

        Assert.All(wins, static w => Assert.True(w > 0));
        Assert.Equal(300, (await first.FindAsync("f", "k"))!.Deltas.Count);
    }

    [Fact]
    public async Task A_file_that_another_process_has_locked_is_unavailable_until_it_is_released()
    {
        await using var store = await _file.OpenAsync(s_hasty);
        long id = StateId.New("f", "k");
        await store.CommitAsync([Commit(id, 1)]);
        await using (var locked = new SqliteConnection($"Data Source={_file.Path};Pooling=False"))
        {
            await locked.OpenAsync();
            await using var begin = locked.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            await begin.ExecuteNonQueryAsync();

            await Expect.FailureAsync(ErrorCode.StateUnavailable, store.CommitAsync([Commit(id, 2)]));
            Assert.Equal(1, (await store.FindAsync("f", "k"))!.Sequence); // reads go on
            Assert.Equal([new StateHead(id, 1)], await store.NewestAsync([("f", "k")]));
        }

        Assert.Equal([CommitOutcome.Committed], await store.CommitAsync([Commit(id, 2)]));
    }

    [Fact]
    public async Task A_file_that_is_gone_for_a_while_is_unavailable_and_loses_nothing()
    {
        await using var store = await _file.OpenAsync(s_hasty);
        await using var line = new CommitLine(store, Logger.None);
        long id = StateId.New("f", "k");
        await line.CommitAsync(Commit(id, 1));
        string elsewhere = $"{_file.Folder}-gone";
        Directory.Move(_file.Folder, elsewhere);
        try
        {
            for (int i = 0; i < 3; i++)
            {
                var failure = (WasmError)await Expect.FailureAsync(ErrorCode.StateUnavailable, line.CommitAsync(Commit(id, 2)));
                Assert.True(failure.RetryAfter > TimeSpan.Zero);
            }

            Assert.False(Directory.Exists(_file.Folder)); // nothing was begun anew
        }
        finally
        {
            Directory.Move(elsewhere, _file.Folder);
        }

        Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(id, 2))));
        Assert.Equal([DeltaOf(1), DeltaOf(2)], (await store.FindAsync("f", "k"))!.Deltas);
    }

    [SkippableFact]
    public async Task A_full_disk_is_unavailable_and_what_was_acknowledged_before_is_there()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a small file system can be mounted by root on Linux only");
        string disk = Directory.CreateTempSubdirectory("wasmactors-disk-").FullName;
        Skip.IfNot(await RunAsync("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk), "a file system cannot be mounted here");
        try
        {
            await using var store = await StateDatabase.OpenFileAsync(Path.Combine(disk, "state.db"), s_hasty);
            await using var line = new CommitLine(store, Logger.None);
            string filler = Path.Combine(disk, "filler");
            await File.WriteAllBytesAsync(filler, new byte[1 << 20]);
            long id = StateId.New("f", "k");
            byte[] delta = new byte[20_000];
            long sequence = 0;
            while (sequence < 1_000)
            {
                try
                {
                    Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(id, sequence + 1) with { Delta = delta })));
                    sequence++;
                }
                catch (WasmError full)
                {
                    Assert.Equal(ErrorCode.StateUnavailable, full.Code);
                    break;
                }
            }

            Assert.InRange(sequence, 10, 200);
            await Expect.FailureAsync(ErrorCode.StateUnavailable, line.CommitAsync(Commit(id, sequence + 1) with { Delta = delta }));
            Assert.Equal(sequence, (await store.FindAsync("f", "k"))!.Sequence);

            File.Delete(filler);
            Assert.Equal(CommitOutcome.Committed, await Expect.SoonAsync(line.CommitAsync(Commit(id, sequence + 1) with { Delta = delta })));
            Assert.Equal(sequence + 1, (await store.FindAsync("f", "k"))!.Deltas.Count);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            await RunAsync("umount", "-l", disk);
            Directory.Delete(disk);
        }
    }

    [Theory]
    [InlineData(StateDurability.Full, 2)]
    [InlineData(StateDurability.Normal, 1)]
    internal async Task Commits_are_flushed_as_it_is_set(StateDurability durability, long synchronous)
    {
        await (await _file.OpenAsync()).DisposeAsync();
        using var session = new SqliteSession(_file.Path, new StateStoreOptions { Durability = durability });

        var read = session.Prepare("PRAGMA synchronous");
        Assert.True(read.Step());
        Assert.Equal(synchronous, read.Number(0));
        read.Reset();
        read = session.Prepare("PRAGMA journal_mode");
        Assert.True(read.Step());
        Assert.Equal("wal", read.Text(0));
        read.Reset();
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(Expect.Patience);
        return process.ExitCode == 0;
    }
}
