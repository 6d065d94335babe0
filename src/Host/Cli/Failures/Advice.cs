using WasmActors.Host.Cli.Client;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Failures;

/// <summary>What somebody at the command line can do about a failure.</summary>
internal static class Advice
{
    /// <summary>The advice, or null where the message says it all.</summary>
    public static string? For(Exception failure) => failure switch
    {
        CommandLineException refused => refused.Help,
        ServerFailure server => ServerAdvice.For(server),
        WasmException wasm => For(wasm.Code),
        OperationCanceledException or IOException => null,
        _ => "This is an error of wasmactors: please report it with the command line and the module.",
    };

    private static string? For(string code) => code switch
    {
        ErrorCode.ModuleInvalid => "Check that FILE is a WebAssembly module, binary (.wasm) or text (.wat).",
        ErrorCode.MissingImport => "'wasmactors inspect FILE' lists the imports. --unknown-imports trap lets the module run until it calls one that is missing; --unknown-imports default answers zeros.",
        ErrorCode.LimitExceeded => "Raise --max-memory, --max-memories, --max-tables or --max-table-elements if the module may use that much, or choose another --profile.",
        ErrorCode.FeatureNotAllowed => $"If the message names one of these features, allow it with --feature or --profile trusted: {FeatureText.Names}. Build the module without any other.",
        ErrorCode.ModuleTooLarge or ErrorCode.ModuleTooExpensive => "Leave --isolate out if you trust the module: it is then compiled without limits.",
        ErrorCode.DeadlineExceeded => "Raise --timeout if the guest needs more time.",
        "trap.out_of_fuel" => "Raise --fuel if the guest may do that much work.",
        ErrorCode.WasiBadConfiguration => "Check --env and --dir: 'wasmactors run --help' has examples.",
        _ => null,
    };
}
