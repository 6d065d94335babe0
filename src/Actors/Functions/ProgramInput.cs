using System.Collections.Immutable;

namespace WasmActors.Actors.Functions;

/// <summary>What a WASI program is started with by a caller.</summary>
/// <param name="Stdin">Its standard input.</param>
public sealed record ProgramInput(ReadOnlyMemory<byte> Stdin)
{
    /// <summary>Arguments behind the program's own name; where <see cref="FunctionGrants.CallerArguments"/> allows.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Environment variables beside and over the granted ones; those that <see cref="FunctionGrants.CallerEnvironment"/> names.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
