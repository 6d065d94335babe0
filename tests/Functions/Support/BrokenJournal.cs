using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace WasmActors.Functions.Tests.Support;

/// <summary>A journal in memory that fails as often as a test says.</summary>
internal sealed class BrokenJournal : MemoryJournal
{
    internal const string Settings = """
        akka.persistence.journal.plugin = "broken"
        broken.class = "WasmActors.Functions.Tests.Support.BrokenJournal, WasmActors.Functions.Tests"
        broken.plugin-dispatcher = "akka.actor.default-dispatcher"
        """;

    private static int s_failures;

    /// <summary>Lets the next writes fail.</summary>
    internal static void FailNext(int writes) => Volatile.Write(ref s_failures, writes);

    protected override Task<IImmutableList<Exception?>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken) =>
        Interlocked.Decrement(ref s_failures) >= 0
            ? throw new IOException("The disk is full.")
            : base.WriteMessagesAsync(messages, cancellationToken)!;
}
