using System.Collections.Immutable;
using System.Text;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Api;

/// <summary>What a WASI program is started with by a caller.</summary>
/// <param name="Stdin">Its standard input.</param>
public sealed record ProgramInput(ReadOnlyMemory<byte> Stdin)
{
    private const int MaxText = 32 << 10; // travels in a message

    /// <summary>Arguments behind the program's own name; where <see cref="FunctionGrants.CallerArguments"/>
    /// allows.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Environment variables beside and over the granted ones; those that <see
    /// cref="FunctionGrants.CallerEnvironment"/> names.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <exception cref="WasmError"><c>call.payload_too_large</c></exception>
    internal void Check()
    {
        int text = Arguments.Sum(static a => Encoding.UTF8.GetByteCount(a)) + Environment.Sum(static v => Encoding.UTF8.GetByteCount(v.Key) + Encoding.UTF8.GetByteCount(v.Value));
        if (text > MaxText)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The program's arguments and variables have {text} bytes; allowed are {MaxText}. Give more through standard input.");
        }
    }
}
