namespace WasmActors.Functions.Api;

/// <summary>The stable codes of failures that only deployed functions have, beside those of <see
/// cref="Runtime.Failures.ErrorCode"/>.</summary>
public static class FunctionErrorCode
{
    /// <summary>No function of that name is deployed.</summary>
    public const string NotFound = "function.not_found";

    /// <summary>The function has no such version, or no longer.</summary>
    public const string VersionNotFound = "function.version_not_found";

    /// <summary>A name is not allowed for a function.</summary>
    public const string BadName = "function.bad_name";

    /// <summary>A key is not allowed.</summary>
    public const string BadKey = "function.bad_key";

    /// <summary>A deployment is wrong in itself, or its module does not fit its convention.</summary>
    public const string BadSpec = "function.bad_spec";

    /// <summary>Another deployment came first: the active version is not the one that was expected.</summary>
    public const string Conflict = "function.conflict";

    /// <summary>A deployment would change the function's kind or convention, and does not confirm that.</summary>
    public const string ChangeNotConfirmed = "function.change_not_confirmed";

    /// <summary>A key for a stateless function, or none for a keyed one.</summary>
    public const string WrongKind = "function.wrong_kind";

    /// <summary>The call's input is of another calling convention than the function.</summary>
    public const string WrongConvention = "function.wrong_convention";

    /// <summary>The call asks for something that the function's grants do not give.</summary>
    public const string NotGranted = "function.not_granted";

    /// <summary>An idempotency key is not allowed, or the call is of a stateless function.</summary>
    public const string BadIdempotencyKey = "function.bad_idempotency_key";

    /// <summary>The idempotency key is that of an earlier call with another export or other input: this one did not
    /// run.</summary>
    public const string IdempotencyMismatch = "call.idempotency_mismatch";

    /// <summary>A repetition by its idempotency key: the first call has run, and its output was too large to be
    /// kept.</summary>
    public const string AnswerNotKept = "call.answer_not_kept";

    /// <summary>The catalogue has as many functions as it can.</summary>
    public const string TooMany = "function.too_many";

    /// <summary>The guest does not keep to the calling convention.</summary>
    public const string BrokenConvention = "call.broken_convention";

    /// <summary>The input or the output is larger than the function's limit.</summary>
    public const string PayloadTooLarge = "call.payload_too_large";

    /// <summary>The store moved to another node before the call was begun: it did not run.</summary>
    public const string Moved = "call.moved";

    /// <summary>No answer came in time, because a node or the way to it was lost or slow: the call may have
    /// run.</summary>
    public const string Unanswered = "call.unanswered";

    /// <summary>No module with that digest is stored.</summary>
    public const string ModuleNotFound = "module.not_found";

    /// <summary>A stored module cannot be deleted, because a version of a function has it.</summary>
    public const string ModuleInUse = "module.in_use";

    /// <summary>What is stored under a digest is not what has this digest.</summary>
    public const string ModuleCorrupt = "module.corrupt";

    /// <summary>A module has another digest than it was said to have.</summary>
    public const string ModuleDigestMismatch = "module.digest_mismatch";

    /// <summary>The modules' database does not answer.</summary>
    public const string ModulesUnavailable = "module.unavailable";

    /// <summary>The catalogue cannot be changed at the moment.</summary>
    public const string CatalogueUnavailable = "catalogue.unavailable";
}
