using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>
/// What can be asked of the catalogue's writer. A <see cref="Command"/> is answered once, by <see cref="Accepted"/>
/// when it is stored, or by <see cref="Refused"/>.
/// </summary>
internal static class CatalogueProtocol
{
    /// <summary>Changes the catalogue.</summary>
    internal abstract record Command : IWireMessage
    {
        /// <summary>The function that it is about.</summary>
        internal string Subject => this switch
        {
            Deploy deploy => deploy.Spec.Name,
            Activate activate => activate.Name,
            Delete delete => delete.Name,
            _ => throw new InvalidOperationException($"{GetType().Name} is no command of the catalogue."),
        };
    }

    /// <summary>Adds a version and makes it the active one; does nothing where the active one is the same in
    /// all.</summary>
    /// <param name="Spec">The version.</param>
    /// <param name="RollOut">When keyed stores change over.</param>
    /// <param name="ExpectedActive">Number that the active version must have, 0 for no such function; null for
    /// any.</param>
    internal sealed record Deploy(FunctionSpec Spec, RollOut RollOut, int? ExpectedActive) : Command;

    /// <summary>Makes a version that is there the active one.</summary>
    /// <param name="Name">The function.</param>
    /// <param name="Number">The version; null for the one before the active one.</param>
    /// <param name="RollOut">When keyed stores change over.</param>
    internal sealed record Activate(string Name, int? Number, RollOut RollOut) : Command;

    /// <summary>Deletes a function. Calls that run are carried out.</summary>
    internal sealed record Delete(string Name) : Command;

    /// <summary>The command is carried out and stored.</summary>
    /// <param name="Revision">The catalogue's revision that has it.</param>
    /// <param name="Number">The version that is now active; 0 for none.</param>
    internal sealed record Accepted(long Revision, int Number) : IWireMessage;

    /// <summary>The command is refused: nothing was changed, unless the code is <c>catalogue.unavailable</c>.</summary>
    internal sealed record Refused(WasmFailure Failure) : IWireMessage;

    /// <summary>Asks for what changed after a revision and for announcements from here on. Answered by <see
    /// cref="Changes"/>. Repeated from time to time, because announcements may get lost.</summary>
    internal sealed record Follow(long Revision) : IWireMessage;

    /// <summary>What changed: an answer to <see cref="Follow"/>, or the announcement of one change.</summary>
    /// <param name="Since">The revision that these changes follow on; in an answer that which was asked for, unless it
    /// starts over.</param>
    /// <param name="UpTo">Whoever was at <paramref name="Since"/> is at this revision with them.</param>
    /// <param name="More">Whether there is more, to be asked for.</param>
    /// <param name="StartsOver">Whether the follower was ahead of the writer, because an older database took the place
    /// of another: it forgets what it knew.</param>
    /// <param name="Entries">The entries as they are now.</param>
    internal sealed record Changes(long Since, long UpTo, bool More, bool StartsOver, IReadOnlyList<FunctionEntry> Entries) : IWireMessage;
}
