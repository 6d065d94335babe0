using WasmActors.Actors.Admission;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Holds the wait of a guest for an import.</summary>
internal sealed class ImportWait
{
    private HostAdmission? _countedBy;

    /// <summary>The import; meaningless unless <see cref="IsActive"/>.</summary>
    internal ImportId Import { get; private set; }

    /// <summary>The server that answers; null while no import is waited for, and for a guest that sleeps.</summary>
    internal ImportServer? Server { get; private set; }

    /// <summary>Whether the guest waits for nothing but time.</summary>
    internal bool IsAsleep { get; private set; }

    /// <summary>Timestamp by which the import must be answered, or at which a sleeping guest resumes.</summary>
    internal long Deadline { get; private set; }

    /// <summary>Timestamp at which the wait began.</summary>
    internal long Since { get; private set; }

    /// <summary>The chain for calls that are made for the answer; null until one is needed.</summary>
    internal CallChain? Chain { get; set; }

    internal bool IsActive => Server is not null || IsAsleep;

    /// <summary>Begins a wait. It counts as one in the host until it ends.</summary>
    /// <param name="call">Number of the call.</param>
    /// <param name="server">The server that answers; null for a guest that sleeps.</param>
    /// <param name="deadline">Timestamp by which the wait ends.</param>
    /// <param name="now">The current timestamp.</param>
    /// <param name="countedBy">The host.</param>
    internal void Begin(long call, ImportServer? server, long deadline, long now, HostAdmission countedBy)
    {
        _countedBy = countedBy;
        IsAsleep = server is null;
        Import = new ImportId(call, Import.Ordinal + 1);
        Server = server;
        Deadline = deadline;
        Since = now;
    }

    /// <summary>Ends the wait, and the chain with it.</summary>
    internal void End()
    {
        Server = null;
        IsAsleep = false;
        _countedBy?.Unpark();
        _countedBy = null;
        if (Chain is { } chain)
        {
            chain.IsOver = true;
            Chain = null;
        }
    }

    /// <summary>Numbers the imports of the next call from 1.</summary>
    internal void Reset() => Import = default;
}
