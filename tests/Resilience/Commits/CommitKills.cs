using System.Buffers.Binary;
using System.Diagnostics;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Resilience.Commits;

/// <summary>Kills pairs of workers at random moments, and compares what they acknowledged with what is stored.</summary>
internal sealed class CommitKills(bool onPostgres, string where, bool early, Random random)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<(long Key, long Sequence), long> _acknowledged = [];
    private readonly long[] _newest = new long[CommitWorker.Keys];
    private long _workers;

    /// <summary>Commits that were acknowledged.</summary>
    internal long Acknowledged => _acknowledged.Count;

    /// <summary>Sequences of a key that were acknowledged twice.</summary>
    internal long Twice { get; private set; }

    /// <summary>Keys that had lost an acknowledged commit after a kill.</summary>
    internal long Lost { get; private set; }

    /// <summary>Keys whose state was damaged or not that of the workers that had acknowledged it, after a kill.</summary>
    internal long Wrong { get; private set; }

    /// <summary>Starts two workers, kills them, and compares.</summary>
    internal async Task RoundAsync()
    {
        using var first = Start();
        using var second = Start();
        var reading = Task.WhenAll(ReadAsync(first), ReadAsync(second));
        long before = Acknowledged;
        long since = Stopwatch.GetTimestamp();
        while (Read(_acknowledged) == before && Stopwatch.GetElapsedTime(since) < s_patience)
        {
            await Task.Delay(5).ConfigureAwait(false);
        }

        await Task.Delay(random.Next(20, 600)).ConfigureAwait(false);
        first.Kill();
        await Task.Delay(random.Next(0, 100)).ConfigureAwait(false);
        second.Kill();
        await Task.WhenAll(first.WaitForExitAsync(), second.WaitForExitAsync(), reading).ConfigureAwait(false);
        await CompareAsync().ConfigureAwait(false);
    }

    private static int Read(Dictionary<(long Key, long Sequence), long> acknowledged)
    {
        lock (acknowledged)
        {
            return acknowledged.Count;
        }
    }

    private Process Start()
    {
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. program, CommitWorker.Verb, $"{++_workers}", $"{early}", onPostgres ? "postgresql" : "sqlite", where])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private async Task ReadAsync(Process worker)
    {
        byte[] ack = new byte[CommitWorker.AckBytes];
        var output = worker.StandardOutput.BaseStream;
        while (await output.ReadAtLeastAsync(ack, ack.Length, throwOnEndOfStream: false).ConfigureAwait(false) == ack.Length)
        {
            long key = BinaryPrimitives.ReadInt64LittleEndian(ack);
            long sequence = BinaryPrimitives.ReadInt64LittleEndian(ack.AsSpan(8));
            lock (_acknowledged)
            {
                Twice += _acknowledged.TryAdd((key, sequence), BinaryPrimitives.ReadInt64LittleEndian(ack.AsSpan(16))) ? 0 : 1;
                _newest[key] = Math.Max(_newest[key], sequence);
            }
        }
    }

    private async Task CompareAsync()
    {
        var store = await CommitWorker.OpenAsync(onPostgres, where).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        for (int key = 0; key < CommitWorker.Keys; key++)
        {
            try
            {
                var state = await store.FindAsync("counter", $"{key}").ConfigureAwait(false);
                Lost += (state?.Sequence ?? 0) < _newest[key] ? 1 : 0;
                Wrong += state is not null && !IsRight(key, state) ? 1 : 0;
            }
            catch (WasmError)
            {
                Wrong++;
            }
        }
    }

    private bool IsRight(int key, StoredState state)
    {
        long sequence = state.Sequence - state.Deltas.Count;
        if (state.Base is { } whole && !Matches(key, sequence, whole.AsSpan(0, 100)))
        {
            return false;
        }

        foreach (byte[] delta in state.Deltas)
        {
            if (!Matches(key, ++sequence, delta))
            {
                return false;
            }
        }

        return state.Answers.All(a => BitConverter.ToInt64(a.Answer) == a.Sequence) && state.Answers.Select(static a => a.Sequence).LastOrDefault() == state.Sequence / 3 * 3;
    }

    private bool Matches(int key, long sequence, ReadOnlySpan<byte> delta)
    {
        long worker = BinaryPrimitives.ReadInt64LittleEndian(delta);
        return delta.SequenceEqual(CommitWorker.DeltaOf(worker, sequence)) && (!_acknowledged.TryGetValue((key, sequence), out long by) || by == worker);
    }
}
