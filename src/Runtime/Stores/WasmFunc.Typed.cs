using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

// Typed calls. With numbers they go straight from the stack to the guest and allocate nothing; the check of the signature is
// done once for each set of types and remembered.
public sealed partial class WasmFunc
{
    private int _verifiedSignature;

    /// <summary>Calls a function without parameters. Use <see cref="Nothing"/> as the result of one that returns none, a
    /// tuple for several results.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c>: the function has other types.</exception>
    public TResult Call<TResult>()
    {
        Verify<Signature<Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(0);
        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(0)];
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with one parameter; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, TResult>(T1 a)
    {
        Verify<Signature<T1, Nothing, Nothing, Nothing, TResult>, TResult>(1);
        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(1)];
        Slot<T1>.Write(ref slots[0], a);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with two parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, TResult>(T1 a, T2 b)
    {
        Verify<Signature<T1, T2, Nothing, Nothing, TResult>, TResult>(2);
        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(2)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with three parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, TResult>(T1 a, T2 b, T3 c)
    {
        Verify<Signature<T1, T2, T3, Nothing, TResult>, TResult>(3);
        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(3)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with four parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, TResult>(T1 a, T2 b, T3 c, T4 d)
    {
        Verify<Signature<T1, T2, T3, T4, TResult>, TResult>(4);
        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(4)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        return Finish<TResult>(slots);
    }

    /// <summary>Throws unless the function has the types of a typed call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Verify<TSignature, TResult>(int parameters)
        where TSignature : ISignature
    {
        if (_verifiedSignature != TSignature.Id)
        {
            TypedSignature.Check(Type, TSignature.Parameters[..parameters], typeof(TResult));
            _verifiedSignature = TSignature.Id;
        }
    }

    private TResult Finish<TResult>(Span<RawVal> slots)
    {
        if (Store.PausesGuests || Store.NeedsFutures)
        {
            using var call = Store.BeginCall(this);
            slots[..call.Slots.Length].CopyTo(call.Slots);
            call.RunToEnd();
            call.Slots.CopyTo(slots);
            return TypedCall<TResult>.Read(ref slots[0]);
        }

        WasmException? failure;
        using (Store.Enter())
        {
            using var level = Store.BeginLevel(Store.DefaultDeadline(), null);
            failure = CallBridge.CallRaw(Store, NativeFunc, slots);
        }

        if (failure is not null)
        {
            throw failure;
        }

        return TypedCall<TResult>.Read(ref slots[0]);
    }
}
