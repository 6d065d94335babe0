using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

// Typed calls. With numbers they go straight from the stack to the guest and allocate nothing; the check of the signature is
// done once for each set of types and remembered. With references they go through values.
public sealed partial class WasmFunc
{
    private int _verifiedSignature;

    /// <summary>Calls a function without parameters. The result is a C# number, a tuple for several results, <see cref="Nothing"/> for
    /// none; for references a <see cref="WasmFunc"/>, a class (externref), a <see cref="WasmReference"/> or a <see cref="Val"/>.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c>: the function has other types; <c>value.wrong_type</c>: it returned a
    /// reference to an object of another class.</exception>
    public TResult Call<TResult>()
    {
        if (!Verify<Signature<Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(0))
        {
            return CallByValues<TResult>([]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(0)];
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with one parameter; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, TResult>(T1 a)
    {
        if (!Verify<Signature<T1, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(1))
        {
            return CallByValues<TResult>([a]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(1)];
        Slot<T1>.Write(ref slots[0], a);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with two parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, TResult>(T1 a, T2 b)
    {
        if (!Verify<Signature<T1, T2, Nothing, Nothing, Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(2))
        {
            return CallByValues<TResult>([a, b]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(2)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with three parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, TResult>(T1 a, T2 b, T3 c)
    {
        if (!Verify<Signature<T1, T2, T3, Nothing, Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(3))
        {
            return CallByValues<TResult>([a, b, c]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(3)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with four parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, TResult>(T1 a, T2 b, T3 c, T4 d)
    {
        if (!Verify<Signature<T1, T2, T3, T4, Nothing, Nothing, Nothing, Nothing, TResult>, TResult>(4))
        {
            return CallByValues<TResult>([a, b, c, d]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(4)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with five parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, T5, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e)
    {
        if (!Verify<Signature<T1, T2, T3, T4, T5, Nothing, Nothing, Nothing, TResult>, TResult>(5))
        {
            return CallByValues<TResult>([a, b, c, d, e]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(5)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        Slot<T5>.Write(ref slots[4], e);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with six parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, T5, T6, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f)
    {
        if (!Verify<Signature<T1, T2, T3, T4, T5, T6, Nothing, Nothing, TResult>, TResult>(6))
        {
            return CallByValues<TResult>([a, b, c, d, e, f]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(6)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        Slot<T5>.Write(ref slots[4], e);
        Slot<T6>.Write(ref slots[5], f);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with seven parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, T5, T6, T7, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g)
    {
        if (!Verify<Signature<T1, T2, T3, T4, T5, T6, T7, Nothing, TResult>, TResult>(7))
        {
            return CallByValues<TResult>([a, b, c, d, e, f, g]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(7)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        Slot<T5>.Write(ref slots[4], e);
        Slot<T6>.Write(ref slots[5], f);
        Slot<T7>.Write(ref slots[6], g);
        return Finish<TResult>(slots);
    }

    /// <summary>Calls a function with eight parameters; otherwise as <see cref="Call{TResult}()"/>.</summary>
    public TResult Call<T1, T2, T3, T4, T5, T6, T7, T8, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h)
    {
        if (!Verify<Signature<T1, T2, T3, T4, T5, T6, T7, T8, TResult>, TResult>(8))
        {
            return CallByValues<TResult>([a, b, c, d, e, f, g, h]);
        }

        Span<RawVal> slots = stackalloc RawVal[TypedCall<TResult>.SlotsFor(8)];
        Slot<T1>.Write(ref slots[0], a);
        Slot<T2>.Write(ref slots[1], b);
        Slot<T3>.Write(ref slots[2], c);
        Slot<T4>.Write(ref slots[3], d);
        Slot<T5>.Write(ref slots[4], e);
        Slot<T6>.Write(ref slots[5], f);
        Slot<T7>.Write(ref slots[6], g);
        Slot<T8>.Write(ref slots[7], h);
        return Finish<TResult>(slots);
    }

    /// <summary>Throws unless the function has the types of a typed call.</summary>
    /// <returns>Whether all of them are numbers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Verify<TSignature, TResult>(int parameters)
        where TSignature : ISignature
    {
        if (_verifiedSignature != TSignature.Id)
        {
            TypedSignature.Check(Type, TSignature.Parameters[..parameters], typeof(TResult), typeof(WasmFunc));
            _verifiedSignature = TSignature.Id;
        }

        return TSignature.IsNumeric;
    }

    private TResult CallByValues<TResult>(ReadOnlySpan<object?> arguments) =>
        TypedResult<TResult>.Read(CallVals(ValConversion.Arguments(Type, arguments)).ToArray());

    private TResult Finish<TResult>(Span<RawVal> slots)
    {
        if (Store.PausesGuests || Store.NestsApart)
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
            using var level = Store.BeginLevel(Store.DefaultDeadline(), null, isApart: false);
            failure = CallBridge.CallRaw(Store, NativeFunc, slots);
        }

        if (failure is not null)
        {
            throw failure;
        }

        return TypedCall<TResult>.Read(ref slots[0]);
    }
}
