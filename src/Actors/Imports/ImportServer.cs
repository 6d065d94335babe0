using Akka.Actor;
using WasmActors.Actors.Handles;

namespace WasmActors.Actors.Imports;

/// <summary>Who answers an import, and how long that may take.</summary>
internal abstract class ImportServer
{
    /// <summary>Time for one answer unless it is set: half of a call's usual time, so that the caller learns which import did not answer.</summary>
    internal static readonly TimeSpan DefaultWithin = TimeSpan.FromSeconds(15);

    private ImportServer(TimeSpan within) => Within = within;

    /// <summary>Time for one answer; the call's own deadline holds as well.</summary>
    internal TimeSpan Within { get; }

    /// <summary>Who that is, as a tag.</summary>
    internal abstract string Kind { get; }

    /// <summary>An actor, which gets an <see cref="Messages.ImportProtocol.ImportCall"/>.</summary>
    internal sealed class ToActor(IActorRef actor, TimeSpan within) : ImportServer(within)
    {
        internal IActorRef Actor { get; } = actor;

        internal override string Kind => "actor";
    }

    /// <summary>A function of another store.</summary>
    internal sealed class ToGuest(FuncRef function, TimeSpan within) : ImportServer(within)
    {
        internal FuncRef Function { get; } = function;

        internal override string Kind => "store";
    }

    /// <summary>A delegate that answers later.</summary>
    internal sealed class ToDelegate(AsyncThunk thunk, TimeSpan within) : ImportServer(within)
    {
        internal AsyncThunk Thunk { get; } = thunk;

        internal override string Kind => "delegate";
    }
}
