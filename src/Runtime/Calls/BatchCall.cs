using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// Many calls of one function with numbers, one after the other, under one deadline. The first failure ends the batch; the
/// results before it stand.
/// </summary>
/// <typeparam name="TArgs">A number, a tuple of numbers, or <see cref="Values.Nothing"/>.</typeparam>
/// <typeparam name="TResult">Likewise.</typeparam>
public sealed class BatchCall<TArgs, TResult> : GuestCall
{
    private readonly WasmFunc _func;
    private readonly ReadOnlyMemory<TArgs> _arguments;
    private readonly TResult[] _results;

    /// <summary>Prepares a batch.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c>: the function has other types.</exception>
    public BatchCall(WasmFunc func, ReadOnlyMemory<TArgs> arguments)
        : base((func ?? throw new ArgumentNullException(nameof(func))).Store)
    {
        TypedSignature.CheckNumbers(func.Type, TypedArgs<TArgs>.Types, typeof(TResult));
        _func = func;
        _arguments = arguments;
        _results = new TResult[arguments.Length];
    }

    /// <summary>How many calls have returned.</summary>
    public int Completed { get; private set; }

    /// <summary>The results in order; those from <see cref="Completed"/> on are defaults.</summary>
    public IReadOnlyList<TResult> Results => _results;

    internal TResult[] ResultArray => _results;

    private protected override bool IsNumeric => true;

    private protected override bool HasWork => _arguments.Length > 0;

    internal override nint BeginFuture(FutureFrame frame)
    {
        Span<RawVal> slots = stackalloc RawVal[Math.Max(1, _func.Type.SlotCount)];
        if (Completed < _arguments.Length)
        {
            TypedArgs<TArgs>.Write(ref slots[0], in _arguments.Span[Completed]);
        }

        return FutureBridge.BeginCall(Store, _func.NativeFunc, _func.Type, slots, frame);
    }

    internal override bool EndFuture(FutureFrame frame)
    {
        Span<RawVal> slots = stackalloc RawVal[Math.Max(1, _func.Type.SlotCount)];
        FutureBridge.ReadNumbers(frame, _func.Type, slots);
        _results[Completed++] = TypedCall<TResult>.Read(ref slots[0]);
        return Completed < _arguments.Length;
    }

    internal override WasmException? Run()
    {
        var arguments = _arguments.Span;
        var results = _results;
        var func = _func.NativeFunc;
        Span<RawVal> slots = stackalloc RawVal[Math.Max(1, _func.Type.SlotCount)];
        for (int i = Completed; i < arguments.Length; i++)
        {
            TypedArgs<TArgs>.Write(ref slots[0], in arguments[i]);
            if (CallBridge.CallRaw(Store, in func, slots) is { } failure)
            {
                Completed = i;
                return failure;
            }

            results[i] = TypedCall<TResult>.Read(ref slots[0]);
        }

        Completed = arguments.Length;
        return null;
    }
}
