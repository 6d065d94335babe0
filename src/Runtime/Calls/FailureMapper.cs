using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Interop.Memories;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>The one place that maps what Wasmtime answers to the failures that users see.</summary>
internal static class FailureMapper
{
    // A store keeps its stack until it is stopped: how long that takes is anybody's guess.
    private static readonly TimeSpan s_retryStack = TimeSpan.FromMilliseconds(100);

    /// <summary>How Wasmtime begins its refusal of an argument: a reference to something of another type.</summary>
    internal const string ArgumentMismatch = "argument type mismatch";

    /// <param name="error">What Wasmtime answered.</param>
    /// <param name="pending">What a host function or the epoch clock threw during the call, if anything.</param>
    /// <param name="store">The store of the call.</param>
    internal static WasmException Map(NativeError error, Exception? pending, WasmStore store)
    {
        var failure = Classify(error, pending, store);
        failure.Owner = store.Identity;
        return failure;
    }

    private static WasmException Classify(NativeError error, Exception? pending, WasmStore store)
    {
        if (error.TrapCode is { } code)
        {
            // A guest that is answered -1 by memory.grow gives up that way, as a rule.
            string why = code == TrapCode.Unreachable && store.Account?.TakeRefusal() is { } full ? $" The guest's memory had not grown before, because: {full.Message}" : "";
            return new Trap(code, code.Text(), code.Description() + why, error.Frames, null);
        }

        // A trap without a code is an exception that nobody caught, and so is an error after which the store holds one: what a
        // start function or a call that can be paused throws comes as an error. The store holds it until it is taken.
        bool held = ReferenceBridge.DropException(store);
        if (error.IsTrap || (held && pending is null))
        {
            return new Trap(TrapCode.UncaughtException, TrapCode.UncaughtException.Text(), TrapCode.UncaughtException.Description(), error.Frames, null);
        }

        return pending is null ? FromMessage(error, store) : ImportFailure.Of(pending, error.Frames, store);
    }

    private static WasmException FromMessage(NativeError error, WasmStore store)
    {
        if (error.ExitStatus is { } status)
        {
            return new WasiExit(status);
        }

        if (TrapOfWasi(error) is { } bad)
        {
            return bad;
        }

        if (error.Message.Contains("attempted to return an incompatible value", StringComparison.Ordinal) && store.LastReturned is { } host)
        {
            return new WasmError(
                ErrorCode.HostBadResult,
                $"Host function '{host.Name}' must return ({string.Join(", ", host.Type.Results)}), but a reference of another type was returned: {error.Message}",
                error.Frames,
                null);
        }

        if (error.Message.Contains(StackPool.Exhausted, StringComparison.Ordinal))
        {
            return NoStack(store.Engine);
        }

        if (error.Message.Contains(MemoryCreator.NoRoom, StringComparison.Ordinal) && store.Account?.TakeRefusal() is { } full)
        {
            return full;
        }

        if (error.Message.Contains("shared memory support is disabled", StringComparison.Ordinal))
        {
            return new WasmError(
                ErrorCode.FeatureNotAllowed,
                "The module has a memory that threads share, which no store has: a store is used by one thread at a time. Build the module without it.",
                error.Frames,
                null);
        }

        string code = LooksLikeLimit(error.Message) ? ErrorCode.LimitExceeded
            : error.Message.StartsWith(ArgumentMismatch, StringComparison.Ordinal) ? ErrorCode.BadArguments
            : ErrorCode.EngineError;
        return new WasmError(code, error.Message, error.Frames, null);
    }

    // WASI has no errno for a bad pointer. Wasmtime's words are all there is.
    private static Trap? TrapOfWasi(NativeError error)
    {
        if (error.Frames.Count == 0)
        {
            return null;
        }

        string what = Line(error.Message, "Pointer ");
        return what.StartsWith("Pointer out of bounds", StringComparison.Ordinal) || what.StartsWith("Pointer overflow", StringComparison.Ordinal)
            ? new Trap(TrapCode.MemoryOutOfBounds, TrapCode.MemoryOutOfBounds.Text(), $"A WASI call got a pointer out of bounds: {what}.", error.Frames, null)
            : what.StartsWith("Pointer not aligned", StringComparison.Ordinal)
                ? new Trap(TrapCode.Host, TrapCode.Host.Text(), $"A WASI call got a misaligned pointer: {what}.", error.Frames, null)
                : null;
    }

    // The rest of the line from a word on; lines of messages end with an escaped line feed.
    private static string Line(string message, string word)
    {
        int begin = message.IndexOf(word, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : message.IndexOf("\\n", begin, StringComparison.Ordinal);
        return begin < 0 ? "" : end < 0 ? message[begin..] : message[begin..end];
    }

    internal static WasmError NoStack(WasmEngine engine) => new(
        ErrorCode.NoStack,
        $"No stack is free for another guest that can be paused: {engine.StacksInUse} are in use or kept by stores, and {engine.Settings.MaxStacks} are allowed (EngineSettings.MaxStacks). Dispose stores, or allow more.")
    {
        RetryAfter = s_retryStack,
    };

    // Wasmtime has no codes for these: its words are all there is.
    private static bool LooksLikeLimit(string message) =>
        message.Contains("exceeds memory limits", StringComparison.Ordinal)
        || message.Contains("exceeds table limits", StringComparison.Ordinal)
        || message.Contains("resource limit exceeded", StringComparison.Ordinal)
        || message.Contains("maximum concurrent", StringComparison.Ordinal)
        || message.Contains("GC heap out of memory", StringComparison.Ordinal)
        || message.Contains("out of memory (failed to allocate", StringComparison.Ordinal)
        || message.Contains("mmap failed", StringComparison.Ordinal);
}
