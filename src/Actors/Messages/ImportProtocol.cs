using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Messages;

/// <summary>
/// What passes between a store's actor and the actor that serves its imports. The store's actor is the sender of
/// <see cref="ImportCall"/>; it takes one answer for each, <see cref="ImportReturned"/> or <see cref="ImportTrapped"/>,
/// from anybody.
/// </summary>
public static class ImportProtocol
{
    /// <summary>A guest called an import and waits. An answer after its deadline, or a second one, is
    /// dropped.</summary>
    /// <param name="Id">To be sent back with the answer.</param>
    /// <param name="Module">First name of the import.</param>
    /// <param name="Name">Second name of the import.</param>
    /// <param name="Type">The import's type.</param>
    /// <param name="Arguments">The arguments in order.</param>
    /// <param name="Caller">The instance that waits; dead after the answer.</param>
    public sealed record ImportCall(ImportId Id, string Module, string Name, FuncType Type, IReadOnlyList<Val> Arguments, CallerRef Caller)
    {
        /// <summary>What to make calls with that are needed for the answer: the time that is left for it, and the
        /// chain, by which a call that would wait for itself is refused.</summary>
        public CallOptions Options => Caller.Options;

        /// <summary>The span of the waiting import, to make what is done for the answer its child; default where it is
        /// not traced. Calls made with <see cref="Options"/> are its children by themselves, unless another span is
        /// current.</summary>
        public ActivityContext Trace => Caller.Chain.Trace;

        /// <summary>Which import it is: what it carries is not for logs.</summary>
        public override string ToString() => $"{nameof(ImportCall)} {GuestText.Clean($"{Module}::{Name}", GuestText.NameLimit)} of {Caller}";

        /// <summary>The answer with plain C# values or <see cref="Val"/>s, checked against the import's type.</summary>
        /// <exception cref="Runtime.Failures.WasmError"><c>host.bad_result</c></exception>
        public ImportReturned Returned(params ReadOnlySpan<object?> results) => new(Id, HandleValues.Results(Type, results, $"{Module}::{Name}"));
    }

    /// <summary>Answers an <see cref="ImportCall"/> with the function's results.</summary>
    public sealed record ImportReturned(ImportId Id, IReadOnlyList<Val> Results)
    {
        /// <summary>Which import it answers: what it carries is not for logs.</summary>
        public override string ToString() => $"{nameof(ImportReturned)} {Id}";
    }

    /// <summary>Answers an <see cref="ImportCall"/> with a failure: the guest unwinds, and the caller of its function
    /// gets it.</summary>
    public sealed record ImportTrapped(ImportId Id, WasmFailure Failure);
}
