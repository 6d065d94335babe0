using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

// Typed calls: numbers travel in a pooled request, references as values.
public sealed partial class FuncRef
{
    private int _verifiedSignature;

    /// <summary>Calls a function without parameters. The result is a C# number, a tuple for several results, <see cref="Nothing"/> for
    /// none; for references a <see cref="FuncRef"/>, a class (externref), a <see cref="WasmReference"/> or a <see cref="Val"/>. Typed
    /// calls of numbers allocate nothing in steady state.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c>: the function has other types; <c>value.wrong_type</c>: it returned a
    /// reference to an object of another class; otherwise as <see cref="CallAsync(ReadOnlySpan{object})"/>.</exception>
    public ValueTask<TResult> CallAsync<TResult>(CallOptions options = default) => Typed<Nothing, TResult>(default, options);

    /// <summary>Calls a function with one parameter; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, TResult>(T1 a, CallOptions options = default) =>
        Typed<T1, TResult>(a, options);

    /// <summary>Calls a function with two parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, TResult>(T1 a, T2 b, CallOptions options = default) =>
        Typed<(T1, T2), TResult>((a, b), options);

    /// <summary>Calls a function with three parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, TResult>(T1 a, T2 b, T3 c, CallOptions options = default) =>
        Typed<(T1, T2, T3), TResult>((a, b, c), options);

    /// <summary>Calls a function with four parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, TResult>(T1 a, T2 b, T3 c, T4 d, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4), TResult>((a, b, c, d), options);

    /// <summary>Calls a function with five parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, T5, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4, T5), TResult>((a, b, c, d, e), options);

    /// <summary>Calls a function with six parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, T5, T6, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4, T5, T6), TResult>((a, b, c, d, e, f), options);

    /// <summary>Calls a function with seven parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, T5, T6, T7, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4, T5, T6, T7), TResult>((a, b, c, d, e, f, g), options);

    /// <summary>Calls a function with eight parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, T5, T6, T7, T8, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4, T5, T6, T7, T8), TResult>((a, b, c, d, e, f, g, h), options);

    private ValueTask<TResult> Typed<TArgs, TResult>(in TArgs arguments, CallOptions options)
    {
        try
        {
            Verify<TArgs, TResult>();
            return TypedPair<TArgs, TResult>.IsNumeric
                ? Store.Send(TypedRequest<TArgs, TResult>.Rent(Id, in arguments), options)
                : ByValuesAsync<TResult>(HandleValues.Arguments(Type, TypedArgs<TArgs>.Spread(arguments)), options);
        }
        catch (WasmException rejected)
        {
            return ValueTask.FromException<TResult>(rejected);
        }
    }

    private async ValueTask<TResult> ByValuesAsync<TResult>(Val[] arguments, CallOptions options) =>
        TypedResult<TResult>.Read((await SendAsync(arguments, options).ConfigureAwait(false)).ToArray());

    private void Verify<TArgs, TResult>()
    {
        int signature = TypedPair<TArgs, TResult>.Id;
        if (_verifiedSignature != signature)
        {
            if (!ReferenceEquals(TypedPair<TArgs, TResult>.LastVerified, Type))
            {
                TypedSignature.Check(Type, TypedArgs<TArgs>.Types, typeof(TResult), typeof(FuncRef));
                TypedPair<TArgs, TResult>.LastVerified = Type; // the same in many stores
            }

            _verifiedSignature = signature;
        }
    }

    /// <summary>A number for each pair of types, so that the check of a function is done once.</summary>
    private static class TypedPair<TArgs, TResult>
    {
        internal static readonly int Id = TypedSignature.NextId();

        internal static readonly bool IsNumeric = TypedSignature.IsNumeric(TypedArgs<TArgs>.Types, typeof(TResult));

        internal static FuncType? LastVerified { get; set; }
    }
}
