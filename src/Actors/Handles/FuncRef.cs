using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A function in a store. May be called from any number of tasks at once; its store takes the calls one by one.</summary>
public sealed class FuncRef : ExternRef
{
    private int _verifiedSignature;

    internal FuncRef(StoreRef store, ExternId id, FuncType type)
        : base(store, id, type)
    {
    }

    /// <summary>Its type.</summary>
    public new FuncType Type => (FuncType)base.Type;

    /// <summary>How many parameters it takes.</summary>
    public int ParamArity => Type.Params.Length;

    /// <summary>How many results it returns.</summary>
    public int ResultArity => Type.Results.Length;

    /// <summary>Calls the function with plain C# values, <see cref="Val"/>s or, for function references, <see cref="FuncRef"/>s.</summary>
    /// <param name="arguments">One for each parameter; numbers are converted only where nothing is lost.</param>
    /// <returns>The results, none, one or several.</returns>
    /// <exception cref="Trap">The guest trapped, or was interrupted: <c>call.deadline_exceeded</c>, <c>call.cancelled</c>.</exception>
    /// <exception cref="WasiExit">A WASI program ended itself.</exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, <c>call.busy</c>, <c>host.exception</c>, <c>store.gone</c>, <c>store.lost</c>, …</exception>
    public ValueTask<Results> CallAsync(params ReadOnlySpan<object?> arguments) => CallAsync(default, arguments);

    /// <summary>Calls the function with a deadline or a cancellation token; otherwise as <see cref="CallAsync(ReadOnlySpan{object})"/>.</summary>
    public ValueTask<Results> CallAsync(CallOptions options, params ReadOnlySpan<object?> arguments)
    {
        Val[] values;
        try
        {
            values = HandleValues.Arguments(Type, arguments);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<Results>(refused);
        }

        return SendAsync(values, options);
    }

    /// <summary>Calls a function without parameters. The result is a C# number, a tuple of numbers for several results, or
    /// <see cref="Nothing"/>. Typed calls allocate nothing in steady state.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c>: the function has other types; otherwise as <see cref="CallAsync(ReadOnlySpan{object})"/>.</exception>
    public ValueTask<TResult> CallAsync<TResult>(CallOptions options = default) => Typed<Nothing, TResult>(default, options);

    /// <summary>Calls a function with one parameter; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, TResult>(T1 a, CallOptions options = default) => Typed<T1, TResult>(a, options);

    /// <summary>Calls a function with two parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, TResult>(T1 a, T2 b, CallOptions options = default) => Typed<(T1, T2), TResult>((a, b), options);

    /// <summary>Calls a function with three parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, TResult>(T1 a, T2 b, T3 c, CallOptions options = default) =>
        Typed<(T1, T2, T3), TResult>((a, b, c), options);

    /// <summary>Calls a function with four parameters; otherwise as <see cref="CallAsync{TResult}(CallOptions)"/>.</summary>
    public ValueTask<TResult> CallAsync<T1, T2, T3, T4, TResult>(T1 a, T2 b, T3 c, T4 d, CallOptions options = default) =>
        Typed<(T1, T2, T3, T4), TResult>((a, b, c, d), options);

    /// <summary>Makes many calls in one message, one after the other, under one deadline; the first failure ends the batch.</summary>
    /// <typeparam name="TArgs">A C# number for one parameter, a tuple of numbers for several, <see cref="Nothing"/> for none.</typeparam>
    /// <typeparam name="TResult">Likewise for the results.</typeparam>
    /// <param name="arguments">The arguments of each call, in order. They must not change until this is done.</param>
    /// <param name="options">Time for all of them together, and cancellation.</param>
    /// <exception cref="WasmError"><c>call.bad_signature</c>, <c>call.busy</c>, <c>store.gone</c>, <c>store.lost</c>: no result is told.</exception>
    public ValueTask<BatchResult<TResult>> CallBatchAsync<TArgs, TResult>(ReadOnlyMemory<TArgs> arguments, CallOptions options = default)
    {
        try
        {
            Verify<TArgs, TResult>();
            return Store.Send(new BatchRequest<TArgs, TResult>(Id, arguments), options);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<BatchResult<TResult>>(refused);
        }
    }

    /// <summary>Calls a function of numbers with values of its parameters' types, which must not change until this is done.</summary>
    internal ValueTask<Results> CallAsync(Val[] arguments, CallOptions options) =>
        Store.Send(NumbersRequest.Rent(Id, arguments), options);

    private ValueTask<TResult> Typed<TArgs, TResult>(in TArgs arguments, CallOptions options)
    {
        try
        {
            Verify<TArgs, TResult>();
            return Store.Send(TypedRequest<TArgs, TResult>.Rent(Id, in arguments), options);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<TResult>(refused);
        }
    }

    private void Verify<TArgs, TResult>()
    {
        int signature = TypedPair<TArgs, TResult>.Id;
        if (_verifiedSignature != signature)
        {
            if (!ReferenceEquals(TypedPair<TArgs, TResult>.LastVerified, Type))
            {
                TypedSignature.Check(Type, TypedArgs<TArgs>.Types, typeof(TResult));
                TypedPair<TArgs, TResult>.LastVerified = Type; // the same in many stores
            }

            _verifiedSignature = signature;
        }
    }

    private async ValueTask<Results> SendAsync(Val[] arguments, CallOptions options) =>
        (await Store.SendAsync<StoreProtocol.Returned>(new StoreProtocol.Call(Id, arguments), options).ConfigureAwait(false)).Results;

    /// <summary>A number for each pair of types, so that the check of a function is done once.</summary>
    private static class TypedPair<TArgs, TResult>
    {
        internal static readonly int Id = TypedSignature.NextId();

        internal static FuncType? LastVerified { get; set; }
    }
}
