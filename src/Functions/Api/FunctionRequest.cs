using System.Buffers;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Api;

/// <summary>A call of a deployed function: the export and its input, in the shape of the function's convention. Made by
/// <see cref="Numbers"/>,
/// <see cref="Bytes"/> or <see cref="Program"/>; may be sent more than once.</summary>
public sealed record FunctionRequest
{
    /// <summary>Most characters of an idempotency key.</summary>
    public const int MaxIdempotencyKey = 128;

    /// <summary>The export of a WASI program.</summary>
    internal const string ProgramExport = "_start";

    private static readonly SearchValues<char> s_printable = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c)]);

    private FunctionRequest(string export, FunctionInput content)
    {
        Export = export;
        Content = content;
    }

    /// <summary>Name of the export that is called; <see cref="ProgramExport"/> for a WASI program.</summary>
    public string Export { get; }

    /// <summary>The shape of the input. A function whose convention has another shape rejects the call.</summary>
    public CallShape Shape => Content.Shape;

    /// <summary>
    /// Names the call among those of its key: while the key's store lives, a second call with the same name gets the
    /// first one's answer and does not run. 1 to 128 printable ASCII characters; for keyed functions only. Default
    /// null: every call runs. Checked when the call is sent.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The input.</summary>
    internal FunctionInput Content { get; }

    /// <summary>A call with numbers and vectors (<see cref="CallingConvention.Core"/>).</summary>
    /// <param name="export">The export.</param>
    /// <param name="values">The arguments; an integer is taken for a wider one where nothing is lost. Must not change
    /// until the call is done.</param>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>: a reference is among them.</exception>
    public static FunctionRequest Numbers(string export, IReadOnlyList<Val> values)
    {
        ArgumentNullException.ThrowIfNull(export);
        ArgumentNullException.ThrowIfNull(values);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Kind > ValKind.V128)
            {
                throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} is a {values[i].Kind}: deployed functions take numbers.");
            }
        }

        return new FunctionRequest(export, new FunctionInput.Numbers(values));
    }

    /// <summary>A call with bytes (<see cref="CallingConvention.Bytes"/>).</summary>
    /// <param name="export">The export.</param>
    /// <param name="input">The input. Must not change until the call is done.</param>
    public static FunctionRequest Bytes(string export, ReadOnlyMemory<byte> input)
    {
        ArgumentNullException.ThrowIfNull(export);
        return new FunctionRequest(export, new FunctionInput.Bytes(Payload.Inline(input)));
    }

    /// <summary>A run of a WASI program (<see cref="CallingConvention.WasiCommand"/>).</summary>
    /// <param name="input">What it is started with. Must not change until the call is done.</param>
    /// <exception cref="WasmError"><c>call.payload_too_large</c>: its arguments and variables are too long.</exception>
    public static FunctionRequest Program(ProgramInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Check();
        return new FunctionRequest(ProgramExport, new FunctionInput.Program(input.Arguments, input.Environment, Payload.Inline(input.Stdin)));
    }

    /// <summary>Its export and convention: what it carries is not for logs.</summary>
    public override string ToString() => $"{Shape} {GuestText.Clean(Export, GuestText.NameLimit)}";

    /// <exception cref="WasmError"><c>function.bad_idempotency_key</c></exception>
    internal void Check(string function, string? key)
    {
        if (IdempotencyKey is { } name)
        {
            if (name.Length is 0 or > MaxIdempotencyKey || name.AsSpan().ContainsAnyExcept(s_printable))
            {
                throw new WasmError(FunctionErrorCode.BadIdempotencyKey, $"'{GuestText.Clean(name, GuestText.NameLimit)}' is no idempotency key: allowed are 1 to {MaxIdempotencyKey} printable ASCII characters.");
            }

            if (key is null)
            {
                throw new WasmError(FunctionErrorCode.BadIdempotencyKey, $"The call of '{function}' has an idempotency key and names no key: only calls of keyed functions can have one, whose store remembers what it answered.");
            }
        }
    }
}
