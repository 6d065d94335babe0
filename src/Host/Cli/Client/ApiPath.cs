using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>Paths of the API, with what the user named escaped in them.</summary>
internal static class ApiPath
{
    public const string Functions = "/v1/functions";
    public const string Modules = "/v1/modules";
    public const string Keys = "/v1/keys";
    public const string Nodes = "/v1/nodes";

    /// <summary>A function.</summary>
    /// <exception cref="CommandLineException"><c>function.bad_name</c></exception>
    public static string Function(string name) => FunctionNames.IsName(name)
        ? $"{Functions}/{name}"
        : throw new CommandLineException(
            FunctionErrorCode.BadName,
            $"'{GuestText.Clean(name, GuestText.NameLimit)}' is no name of a function: expected are 1 to {FunctionNames.MaxName} of a-z, 0-9, '-' and '_', the first a letter or a digit.");

    /// <summary>A call.</summary>
    /// <exception cref="CommandLineException"><c>function.bad_name</c>, <c>function.bad_key</c>,
    /// <c>export.not_found</c></exception>
    public static string Call(string name, string? key, string export)
    {
        string function = Function(name);
        if (export.Length == 0 || IsDots(export))
        {
            throw new CommandLineException(ErrorCode.ExportNotFound, $"An export with the name '{export}' cannot be called over HTTP.");
        }

        if (key is null)
        {
            return $"{function}/calls/{Uri.EscapeDataString(export)}";
        }

        return FunctionNames.IsKey(key) && !IsDots(key)
            ? $"{function}/keys/{Uri.EscapeDataString(key)}/calls/{Uri.EscapeDataString(export)}"
            : throw new CommandLineException(
                FunctionErrorCode.BadKey,
                $"'{GuestText.Clean(key, GuestText.NameLimit)}' is no key: expected are 1 to {FunctionNames.MaxKeyBytes} bytes of UTF-8 without control characters, and over HTTP neither '.' nor '..'.");
    }

    /// <summary>An API key.</summary>
    /// <exception cref="CommandLineException"><c>usage</c></exception>
    public static string Key(string id) => id.Length > 0 && !IsDots(id)
        ? $"{Keys}/{Uri.EscapeDataString(id)}"
        : throw new CommandLineException("usage", $"'{id}' is no identifier of a key.", "'wasmactors keys' lists them.");

    // They would be taken for steps in a path, escaped or not.
    private static bool IsDots(string segment) => segment is "." or "..";
}
