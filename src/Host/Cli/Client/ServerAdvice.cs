using System.Globalization;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>What somebody at the command line can do about what a server said.</summary>
internal static class ServerAdvice
{
    /// <summary>The advice, or null where the message says it all.</summary>
    public static string? For(ServerFailure failure) => For(failure.Code) ?? failure switch
    {
        { Status: 401 } => $"Put an API key into a file and name it with --key-file, or set {ServerOptions.KeyVariable}. 'wasmactors keys create' makes keys; the first start of a server prints one.",
        { Status: 403 } => "Use a key with the scope for this: call, deploy (functions, modules) or admin (keys, nodes).",
        { RetryAfter: { } rest } => string.Create(CultureInfo.InvariantCulture, $"Try again in {Math.Max(1, rest.TotalSeconds):0} s."),
        _ => null,
    };

    private static string? For(string code) => code switch
    {
        ServerErrorCode.Unreachable => "Start a server with 'wasmactors serve', or name another one with --server URL or WASMACTORS_SERVER.",
        ServerErrorCode.BadAnswer => "Check that --server or WASMACTORS_SERVER names a WasmActors server, and that it is not older or newer than this program.",
        ServerErrorCode.Timeout => "Raise --request-timeout if the server needs more time.",
        ErrorCode.DeadlineExceeded => "Raise --timeout, or deploy the function with a longer --deadline.",
        FunctionErrorCode.NotFound or FunctionErrorCode.VersionNotFound => "'wasmactors functions' lists what is deployed.",
        FunctionErrorCode.Conflict => "'wasmactors functions show NAME' tells the active version.",
        FunctionErrorCode.WrongKind => "Name a key with --key for a keyed function, and none for a stateless one.",
        FunctionErrorCode.WrongConvention or ApiErrorCode.UnsupportedMediaType => "Functions of the convention core take ARGS, those of the convention bytes --data, and WASI programs the export _start.",
        FunctionErrorCode.NotGranted => "Deploy the function with --caller-args or --caller-env to let callers give this.",
        FunctionErrorCode.PayloadTooLarge => "Deploy the function with a larger --max-payload if it may take or return that much.",
        ErrorCode.MissingImport => "'wasmactors inspect FILE' lists the imports; --grant-imports gives a function sets of imports that the server offers.",
        ErrorCode.FeatureNotAllowed => $"If the message names one of these features, deploy the function with --feature: {FeatureText.Names}. Build the module without any other.",
        FunctionErrorCode.ChangeNotConfirmed => "Leave --kind and --convention out to keep the active version's; --change-kind and --change-convention confirm a change.",
        ErrorCode.LimitExceeded => "Deploy the function with a larger --max-memory if it may use that much.",
        _ => null,
    };
}
