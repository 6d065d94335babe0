using System.Runtime.CompilerServices;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A function in a store. May be called from any number of tasks at once; its store takes the calls one by one.</summary>
public sealed partial class FuncRef : ExternRef
{
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
    /// <param name="arguments">One for each parameter; numbers are converted only where nothing is lost. A <see cref="CancellationToken"/> after
    /// them cancels the call.</param>
    /// <returns>The results, none, one or several.</returns>
    /// <exception cref="Trap">The guest trapped, or was interrupted: <c>call.deadline_exceeded</c>, <c>call.cancelled</c>.</exception>
    /// <exception cref="WasiExit">A WASI program ended itself.</exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, <c>call.busy</c>, <c>host.exception</c>, <c>store.gone</c>, <c>store.lost</c>, …</exception>
    public ValueTask<Results> CallAsync(params ReadOnlySpan<object?> arguments) => CallAsync(default(CallOptions), arguments);

    /// <summary>Calls the function with one plain C# value, <see cref="Val"/> or <see cref="FuncRef"/>, null and arrays included; an
    /// <c>object[]</c> is a list of arguments. Otherwise as <see cref="CallAsync(ReadOnlySpan{object})"/>.</summary>
    [OverloadResolutionPriority(1)] // CallAsync(null) and CallAsync(strings) mean one argument, not a list of none or many
    public ValueTask<Results> CallAsync(object? argument) =>
        ValConversion.IsArgumentList(argument, out var list) ? CallAsync(default(CallOptions), list) : CallAsync(default(CallOptions), [argument]);

    /// <summary>Calls a function without parameters, with a deadline or a cancellation token; otherwise as
    /// <see cref="CallAsync(ReadOnlySpan{object})"/>.</summary>
    [OverloadResolutionPriority(1)]
    public ValueTask<Results> CallAsync(CallOptions options) => CallAsync(options, []);

    /// <summary>Calls the function with a deadline or a cancellation token; otherwise as <see cref="CallAsync(ReadOnlySpan{object})"/>.</summary>
    /// <param name="options">Time and cancellation.</param>
    /// <param name="arguments">One for each parameter. A <see cref="CancellationToken"/> after them cancels the call.</param>
    public ValueTask<Results> CallAsync(CallOptions options, params ReadOnlySpan<object?> arguments)
    {
        Val[] values;
        try
        {
            if (arguments.Length == ParamArity + 1 && arguments[^1] is CancellationToken token)
            {
                options = options.CancelledBy(token);
                arguments = arguments[..^1];
            }

            values = HandleValues.Arguments(Type, arguments);
        }
        catch (WasmException rejected)
        {
            return ValueTask.FromException<Results>(rejected);
        }

        return SendAsync(values, options);
    }

    /// <summary>Calls the function as <see cref="CallAsync(CallOptions, ReadOnlySpan{object})"/> does, and returns a failure as data instead of
    /// throwing it. For typed calls: <c>add.CallAsync&lt;int, int, int&gt;(5, 3).ToOutcomeAsync()</c>.</summary>
    public ValueTask<CallOutcome<Results>> TryCallAsync(CallOptions options, params ReadOnlySpan<object?> arguments) =>
        CallAsync(options, arguments).ToOutcomeAsync();

    /// <summary>Calls the function as <see cref="CallAsync(ReadOnlySpan{object})"/> does, and returns a failure as data instead of throwing it.</summary>
    public ValueTask<CallOutcome<Results>> TryCallAsync(params ReadOnlySpan<object?> arguments) => TryCallAsync(default(CallOptions), arguments);

    /// <summary>Calls the function as <see cref="CallAsync(object)"/> does, and returns a failure as data instead of throwing it.</summary>
    [OverloadResolutionPriority(1)]
    public ValueTask<CallOutcome<Results>> TryCallAsync(object? argument) => CallAsync(argument).ToOutcomeAsync();

    /// <summary>Calls a function without parameters as <see cref="CallAsync(CallOptions)"/> does, and returns a failure as data instead of throwing it.</summary>
    [OverloadResolutionPriority(1)]
    public ValueTask<CallOutcome<Results>> TryCallAsync(CallOptions options) => CallAsync(options).ToOutcomeAsync();

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
            if (!TypedPair<TArgs, TResult>.IsNumeric)
            {
                TypedSignature.CheckNumbers(Type, TypedArgs<TArgs>.Types, typeof(TResult));
            }

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

    private async ValueTask<Results> SendAsync(Val[] arguments, CallOptions options) =>
        (await Store.SendAsync<StoreProtocol.Returned>(new StoreProtocol.Call(Id, arguments), options).ConfigureAwait(false)).Results;
}
