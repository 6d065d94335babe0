using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Hosting;

/// <summary>
/// A deployed function by its name and, for a keyed one, a key. A handle: it may be kept and shared, and it stays good when versions
/// change, stores move and nodes come and go. What is deployed at the time of a call carries it out.
/// </summary>
/// <remarks>
/// A call's time is the lesser of what the caller asks for and the function's own deadline; from a <see cref="FunctionClient"/>, which does not
/// know that, 30 s unless asked for. <see cref="CallOptions.Cancellation"/> ends the
/// waiting for a keyed call, not the call itself. A call that comes back unbegun (<c>call.moved</c>) is sent again while there is time.
/// </remarks>
public sealed class FunctionRef
{
    private readonly FunctionCaller _caller;

    internal FunctionRef(FunctionCaller caller, string name, string? key)
    {
        FunctionNames.Check(name);
        if (key is not null)
        {
            FunctionNames.CheckKey(key);
        }

        _caller = caller;
        Name = name;
        Key = key;
    }

    /// <summary>The function's name.</summary>
    public string Name { get; }

    /// <summary>The key whose store is called; null for a stateless function.</summary>
    public string? Key { get; }

    /// <summary>The same function with a key.</summary>
    /// <exception cref="WasmError"><c>function.bad_key</c></exception>
    public FunctionRef WithKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new FunctionRef(_caller, Name, key);
    }

    /// <summary>Calls an export with numbers (<see cref="CallingConvention.Core"/>): plain C# values or <see cref="Val"/>s, converted to the export's
    /// types only where nothing is lost.</summary>
    /// <exception cref="WasmException">The call failed: as calls of <see cref="FuncRef"/> do, or with a code of <see cref="FunctionErrorCode"/>.</exception>
    public ValueTask<Results> CallAsync(string export, params ReadOnlySpan<object?> arguments) => CallAsync(export, default, arguments);

    /// <summary>The same with a time or a token.</summary>
    public ValueTask<Results> CallAsync(string export, CallOptions options, params ReadOnlySpan<object?> arguments)
    {
        var values = new Val[arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = HandleValues.Untyped(arguments[i]);
            if (values[i].Kind > ValKind.V128)
            {
                return ValueTask.FromException<Results>(new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} is {arguments[i]?.GetType().Name ?? "null"}: deployed functions take numbers."));
            }
        }

        return NumbersAsync(export, values, options);
    }

    /// <summary>Calls an export with bytes (<see cref="CallingConvention.Bytes"/>).</summary>
    /// <param name="export">The export.</param>
    /// <param name="input">Must not change until this is done.</param>
    /// <param name="options">Time and cancellation.</param>
    /// <returns>The output.</returns>
    /// <exception cref="WasmException">As <see cref="CallAsync(string, ReadOnlySpan{object})"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> CallBytesAsync(string export, ReadOnlyMemory<byte> input, CallOptions options = default) =>
        (await SendAsync(FunctionRequest.Bytes(export, input), options).ConfigureAwait(false)).Bytes;

    /// <summary>Runs a WASI program (<see cref="CallingConvention.WasiCommand"/>). An exit status other than 0 is no failure.</summary>
    /// <exception cref="WasmException">As <see cref="CallAsync(string, ReadOnlySpan{object})"/>.</exception>
    public async ValueTask<ProgramOutput> RunAsync(ProgramInput input, CallOptions options = default) =>
        (await SendAsync(FunctionRequest.Program(input), options).ConfigureAwait(false)).Program!;

    /// <summary>Makes a call of any convention, and tells beside its output which version answered and where the time went.</summary>
    /// <param name="request">The export and its input.</param>
    /// <param name="options">Time and cancellation.</param>
    /// <exception cref="WasmException">As <see cref="CallAsync(string, ReadOnlySpan{object})"/>; <see cref="CallDetails.Of"/> tells more of it.
    /// <c>function.bad_idempotency_key</c>, <c>call.idempotency_mismatch</c></exception>
    public ValueTask<FunctionReply> SendAsync(FunctionRequest request, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _caller.SendAsync(Name, Key, request, options);
    }

    /// <inheritdoc/>
    public override string ToString() => Key is null ? Name : $"{Name}/{Key}";

    private async ValueTask<Results> NumbersAsync(string export, Val[] values, CallOptions options) =>
        (await SendAsync(FunctionRequest.Numbers(export, values), options).ConfigureAwait(false)).Results;
}
