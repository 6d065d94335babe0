using System.Buffers.Binary;
using System.Globalization;
using Serilog.Core;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Host.Persistence.States;

namespace WasmActors.Resilience.Commits;

/// <summary>
/// A process that counts in durable keys until it is killed, beside a twin that counts in the same keys. It writes an acknowledgement to its output for
/// each commit that is stored.
/// </summary>
internal static class CommitWorker
{
    /// <summary>The verb that runs it.</summary>
    internal const string Verb = "commit-worker";

    /// <summary>Keys that it counts in.</summary>
    internal const int Keys = 32;

    /// <summary>Bytes of an acknowledgement: the key, the sequence, the worker.</summary>
    internal const int AckBytes = 24;

    private const int CheckpointEvery = 50;

    /// <summary>Runs until the process is killed.</summary>
    /// <param name="args">The verb, the number of the worker, whether it acknowledges too early, <c>sqlite</c> or <c>postgresql</c>, and the file or the
    /// connection string.</param>
    internal static async Task<int> RunAsync(string[] args)
    {
        long worker = long.Parse(args[1], CultureInfo.InvariantCulture);
        bool early = bool.Parse(args[2]);
        var store = await OpenAsync(args[3] == "postgresql", args[4]).ConfigureAwait(false);
        var line = new CommitLine(store, Logger.None);
        var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => Task.Run(() => CountAsync(store, line, key, worker, early, output)))).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Opens the states.</summary>
    internal static Task<SqlStateStore> OpenAsync(bool onPostgres, string where) => onPostgres
        ? StateDatabase.OpenPostgresAsync(where, new StateStoreOptions())
        : StateDatabase.OpenFileAsync(where, new StateStoreOptions());

    /// <summary>What a commit of a worker contains.</summary>
    internal static byte[] DeltaOf(long worker, long sequence)
    {
        byte[] delta = new byte[100];
        BinaryPrimitives.WriteInt64LittleEndian(delta, worker);
        BinaryPrimitives.WriteInt64LittleEndian(delta.AsSpan(8), sequence);
        return delta;
    }

    private static async Task CountAsync(SqlStateStore store, CommitLine line, int key, long worker, bool early, Stream output)
    {
        string name = $"{key}";
        while (true)
        {
            var state = await store.FindAsync("counter", name).ConfigureAwait(false);
            long id = state?.Id ?? StateId.New("counter", name);
            long sequence = state?.Sequence ?? 0;
            var outcome = CommitOutcome.Committed;
            while (outcome == CommitOutcome.Committed)
            {
                sequence++;
                byte[] delta = DeltaOf(worker, sequence);
                var answer = sequence % 3 == 0 ? new StoredAnswer($"call {sequence}", [1], sequence, DateTimeOffset.UtcNow, BitConverter.GetBytes(sequence)) : null;
                byte[]? whole = sequence % CheckpointEvery == 0 ? [.. delta, .. new byte[40_000]] : null;
                if (early)
                {
                    Acknowledge(output, key, sequence, worker);
                }

                outcome = await line.CommitAsync(new StateCommit(id, "counter", name, "digest", 1, sequence, delta, answer, whole)).ConfigureAwait(false);
                if (!early && outcome == CommitOutcome.Committed)
                {
                    Acknowledge(output, key, sequence, worker);
                }
            }
        }
    }

    private static void Acknowledge(Stream output, long key, long sequence, long worker)
    {
        Span<byte> ack = stackalloc byte[AckBytes];
        BinaryPrimitives.WriteInt64LittleEndian(ack, key);
        BinaryPrimitives.WriteInt64LittleEndian(ack[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(ack[16..], worker);
        lock (output)
        {
            output.Write(ack);
        }
    }
}
