namespace WasmActors.Runtime.Failures;

/// <summary>
/// The stable codes of failures. They are part of the interface: programs may compare them, messages may change.
/// A trap's own codes are in <see cref="TrapCodes"/>.
/// </summary>
public static class ErrorCode
{
    /// <summary>The bytes are no valid module.</summary>
    public const string ModuleInvalid = "module.invalid";

    /// <summary>The module's file or stream could not be read.</summary>
    public const string ModuleUnreadable = "module.unreadable";

    /// <summary>The module exceeds a limit on what is compiled at all.</summary>
    public const string ModuleTooLarge = "module.too_large";

    /// <summary>Compiling the module took more time, memory or room than allowed, or ended the compiler.</summary>
    public const string ModuleTooExpensive = "module.too_expensive";

    /// <summary>The module uses a feature that the store does not allow.</summary>
    public const string FeatureNotAllowed = "module.feature_not_allowed";

    /// <summary>The module has been disposed.</summary>
    public const string ModuleGone = "module.gone";

    /// <summary>An import was not provided.</summary>
    public const string MissingImport = "link.missing_import";

    /// <summary>More imports were given than the module has.</summary>
    public const string TooManyImports = "link.too_many_imports";

    /// <summary>An import of another kind (function, memory, table, global) was given.</summary>
    public const string ImportWrongKind = "link.wrong_kind";

    /// <summary>An import of the right kind but of another type was given.</summary>
    public const string ImportWrongType = "link.wrong_type";

    /// <summary>An import that is answered later was given to a store whose guests cannot be paused.</summary>
    public const string NeedsPreemptive = "link.needs_preemptive";

    /// <summary>A module with WASI imports its memory and does not export it, so that WASI's functions could not reach it.</summary>
    public const string WasiNeedsMemory = "link.wasi_needs_memory";

    /// <summary>A name was defined twice in one import set.</summary>
    public const string DuplicateDefinition = "link.duplicate_definition";

    /// <summary>The instance has no such export.</summary>
    public const string ExportNotFound = "export.not_found";

    /// <summary>The export is of another kind than asked for.</summary>
    public const string ExportWrongKind = "export.wrong_kind";

    /// <summary>Number, type or value of the arguments does not fit the signature.</summary>
    public const string BadArguments = "call.bad_arguments";

    /// <summary>A typed call names other types than the function has.</summary>
    public const string BadSignature = "call.bad_signature";

    /// <summary>The call was not done when its deadline came.</summary>
    public const string DeadlineExceeded = "call.deadline_exceeded";

    /// <summary>The caller cancelled the call.</summary>
    public const string Cancelled = "call.cancelled";

    /// <summary>Calls between host and guest were nested too deep.</summary>
    public const string TooDeep = "call.too_deep";

    /// <summary>A call came back into a store that waits for its answer: it would wait for ever.</summary>
    public const string Reentrant = "call.reentrant";

    /// <summary>A guest called an import that is answered later where it cannot be paused.</summary>
    public const string CannotWait = "call.cannot_wait";

    /// <summary>An import was not answered in its time.</summary>
    public const string ImportDeadlineExceeded = "import.deadline_exceeded";

    /// <summary>The actor that answers an import has ended.</summary>
    public const string ImportServerGone = "import.server_gone";

    /// <summary>No stack is free for another guest that can be paused.</summary>
    public const string NoStack = "call.no_stack";

    /// <summary>So much waits already, for the store or for its host, that the call was not taken; or too many calls of the host wait
    /// for imports. <see cref="WasmError.RetryAfter"/> says when it is worth trying again.</summary>
    public const string Busy = "call.busy";

    /// <summary>The host has as many live stores as the process's memory, its memory mappings or the host's own bound allow.</summary>
    public const string HostFull = "host.full";

    /// <summary>A value is of another type than asked for.</summary>
    public const string WrongType = "value.wrong_type";

    /// <summary>An address or a length lies outside of the memory.</summary>
    public const string MemoryOutOfRange = "memory.out_of_range";

    /// <summary>The memory could not grow: its maximum or the store's limit was reached.</summary>
    public const string MemoryGrowFailed = "memory.grow_failed";

    /// <summary>Bytes in memory are not the text they were read as.</summary>
    public const string BadText = "memory.bad_text";

    /// <summary>A table index lies outside of the table.</summary>
    public const string TableOutOfRange = "table.out_of_range";

    /// <summary>The table could not grow: its maximum or the store's limit was reached.</summary>
    public const string TableGrowFailed = "table.grow_failed";

    /// <summary>The global cannot be set.</summary>
    public const string GlobalImmutable = "global.immutable";

    /// <summary>The store has been disposed or its actor has stopped.</summary>
    public const string StoreGone = "store.gone";

    /// <summary>A second thread used the store, or it was to be disposed while a call was running.</summary>
    public const string StoreInUse = "store.in_use";

    /// <summary>The store broke; its owner gets a fresh one.</summary>
    public const string StoreLost = "store.lost";

    /// <summary>The store broke, or could not be made again, too often: it takes nothing until it has had a rest.</summary>
    public const string CircuitOpen = "store.circuit_open";

    /// <summary>An object of one store was used in another.</summary>
    public const string WrongStore = "store.wrong_store";

    /// <summary>A limit of the store stands against it: memory, table elements, instances.</summary>
    public const string LimitExceeded = "store.limit_exceeded";

    /// <summary>A host function threw an exception: it is the cause.</summary>
    public const string HostException = "host.exception";

    /// <summary>The delegate of a host function does not fit its type.</summary>
    public const string HostBadSignature = "host.bad_signature";

    /// <summary>The delegate of a host function returned something else than its type says.</summary>
    public const string HostBadResult = "host.bad_result";

    /// <summary>The caller context of a host function was used outside of that function's call.</summary>
    public const string CallerGone = "caller.gone";

    /// <summary>The thread's stack is too small to run a guest on it safely.</summary>
    public const string StackTooSmall = "thread.stack_too_small";

    /// <summary>The settings of an engine contradict each other or the machine.</summary>
    public const string BadSettings = "engine.bad_settings";

    /// <summary>A WASI setting is wrong, for example a folder that does not exist.</summary>
    public const string WasiBadConfiguration = "wasi.bad_configuration";

    /// <summary>A WASI program ended itself with an exit status.</summary>
    public const string WasiExit = "wasi.exit";

    /// <summary>So many modules are being compiled and waiting to be that no more are taken.</summary>
    public const string CompilerBusy = "compiler.busy";

    /// <summary>The compiler program is missing, does not start, or ends before it takes a module.</summary>
    public const string CompilerUnavailable = "compiler.unavailable";

    /// <summary>The compiler program answered something that is not to be trusted: none of it was loaded.</summary>
    public const string CompilerBadAnswer = "compiler.bad_answer";

    /// <summary>The module holds state that cannot be saved. The message says which, and what to do.</summary>
    public const string StateUnsupported = "state.unsupported";

    /// <summary>Wasmtime answered an error that fits none of the other codes.</summary>
    public const string EngineError = "engine.error";

    /// <summary>A stored state is damaged or incomplete, or belongs to another module. Nothing was overwritten.</summary>
    public const string StateCorrupt = "state.corrupt";

    /// <summary>The database of states does not answer or is full: what was to be stored is not.</summary>
    public const string StateUnavailable = "state.unavailable";
}
