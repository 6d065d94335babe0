using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Stores;

// How deep calls between host and guest may nest: by the setting, and by the stack that is left. Beyond either the process would end.
public sealed partial class WasmStore
{
    // Beyond the wasm stack itself: Wasmtime's own frames, the signal handler and a host function.
    private const int StackMargin = 256 * 1024;

    // The same for a guest that nests: what lies above it has room already.
    private const int NestedMargin = 192 * 1024;

    // The least that a nested guest can do something with.
    private const int LeastNestedStack = 16 * 1024;

    // Where the outermost guest on this stack was entered: Wasmtime counts its stack from there, host functions included.
    private long _stackStart;

    /// <summary>Throws where another stack for a guest of this store would not lie below the others.</summary>
    /// <exception cref="WasmError"><c>call.too_deep</c></exception>
    internal void RequireStack()
    {
        if (LiveFibers >= StackRegion.Depths)
        {
            throw TooDeep($"{StackRegion.Depths} guests of a store can have stacks of their own at a time, which those that wait for imports have, and calls with references below host functions");
        }
    }

    /// <summary>A guest begins on a thread of its own, or nests in one that waits there.</summary>
    /// <exception cref="WasmError"><c>call.too_deep</c></exception>
    internal void EnterThread(bool isOutermost)
    {
        if (isOutermost)
        {
            _stackStart = ThreadStack.Position;
        }
        else
        {
            RequireRoomToNest(isApart: false);
        }
    }

    private void RequireStackForGuest()
    {
        _stackStart = ThreadStack.Position;
        if ((StackRegion.TryGetRemaining(out long left) ? left : ThreadStack.Remaining) < Engine.Settings.MaxWasmStackBytes + StackMargin)
        {
            throw new WasmError(
                ErrorCode.StackTooSmall,
                $"This thread has too little stack for a guest that may use {Engine.Settings.MaxWasmStackBytes} bytes of it: call from a thread with at least {(Engine.Settings.MaxWasmStackBytes + (2 * StackMargin)) / 1024} KiB, or lower EngineSettings.MaxWasmStackBytes.");
        }
    }

    private void RequireRoomToNest(bool isApart)
    {
        if (!ThreadStack.HasRoomForHost())
        {
            throw new WasmError(ErrorCode.StackTooSmall, "The stack is nearly used up by host functions: nest or recurse less.");
        }

        if (isApart)
        {
            return; // see RequireStack
        }

        long most = Engine.Settings.MaxWasmStackBytes;
        if (NestsOnFiber)
        {
            // Wasmtime lets each guest that nests on such a stack use the most again, from where it is entered.
            if (StackRegion.TryGetRemaining(out long left) && left < most + NestedMargin)
            {
                throw TooDeep($"the stack that they share has {left / 1024} KiB left, and a guest may use {most / 1024} KiB of it (EngineSettings.MaxWasmStackBytes)");
            }
        }
        else if (_stackStart - ThreadStack.Position > most - LeastNestedStack)
        {
            throw TooDeep($"guests and host functions have used up {most / 1024} KiB of stack (EngineSettings.MaxWasmStackBytes)");
        }
    }

    private WasmError TooDeep(string bound) => new(ErrorCode.TooDeep, $"{_callDepth} calls between host and guest are nested, and no more can be: {bound}.");
}
