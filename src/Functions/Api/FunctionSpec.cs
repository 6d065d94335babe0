using System.Buffers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Api;

/// <summary>What is deployed: a module and how it is run.</summary>
/// <param name="Name">The function's name, see <see cref="FunctionNames.IsName"/>.</param>
public sealed record FunctionSpec(string Name)
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Most bytes of a specification as it is stored.</summary>
    internal const int MaxBytes = 16 << 10;

    /// <summary>SHA-256 of the module's binary form, as 64 lower-case hexadecimal digits. Set by a deployment that
    /// brings the module.</summary>
    public string ModuleDigest { get; init; } = "";

    /// <summary>A name of the deployer's for the version. Default null: none.</summary>
    public string? Label { get; init; }

    /// <summary>Default <see cref="FunctionKind.Stateless"/>.</summary>
    public FunctionKind Kind { get; init; }

    /// <summary>Default <see cref="CallingConvention.Core"/>.</summary>
    public CallingConvention Convention { get; init; }

    /// <summary>Default <see cref="StoreReuse.Never"/>. Of no meaning for keyed functions, whose stores are kept, and
    /// for WASI programs, whose stores are not.</summary>
    public StoreReuse Reuse { get; init; }

    /// <summary>Default <see cref="FunctionState.Memory"/>. Only keyed functions can be durable.</summary>
    public FunctionState State { get; init; }

    /// <summary>What it may use.</summary>
    public FunctionLimits Limits { get; init; } = new();

    /// <summary>What it gets to see. Default nothing.</summary>
    public FunctionGrants Grants { get; init; } = new();

    /// <summary>Checks everything that depends neither on the module nor on the convention.</summary>
    /// <exception cref="WasmError"><c>function.bad_name</c>, <c>function.bad_spec</c></exception>
    internal void Check()
    {
        FunctionNames.Check(Name);
        Require(IsDigest(ModuleDigest), $"'{GuestText.Clean(ModuleDigest, GuestText.NameLimit)}' is no digest: 64 lower-case hexadecimal digits were expected");
        Require(Label is null || FunctionNames.IsLabel(Label), $"'{GuestText.Clean(Label ?? "", GuestText.NameLimit)}' is no label: allowed are 1 to {FunctionNames.MaxName} of A-Z, a-z, 0-9 and '-_.+'");
        Require(Enum.IsDefined(Kind), $"there is no kind {Kind}");
        Require(Enum.IsDefined(Reuse), $"there is no reuse {Reuse}");
        Require(Enum.IsDefined(State), $"there is no state {State}");
        Require(State == FunctionState.Memory || Kind == FunctionKind.Keyed, "only the keys of a keyed function have a state that can be durable. Deploy it with the kind keyed, or without durable state");
        Require(State == FunctionState.Memory || Grants.Folders.IsEmpty, "a durable function cannot be granted folders: what it has open there does not survive with its state. Leave the folders out, or deploy it without durable state");
        Limits.Check();
        Grants.Check();
    }

    /// <summary>Whether this is a digest as modules have it: 64 lower-case hexadecimal digits.</summary>
    public static bool IsDigest(string? digest) => digest is { Length: 64 } && !digest.AsSpan().ContainsAnyExcept(s_digits);

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The function cannot be deployed: {problem}.");
        }
    }
}
