using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>The name that a function gets from its module's file.</summary>
internal static class DeploymentName
{
    /// <summary>The file's name without its extension in lower case; what a name cannot hold becomes <c>-</c>: <c>My Cart.v2.wasm</c> is <c>my-cart-v2</c>.</summary>
    /// <exception cref="WasmError"><c>function.bad_name</c>: nothing of it can be a name.</exception>
    public static string Of(string path)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        string name = string.Concat(file.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')).Trim('-', '_');
        return FunctionNames.IsName(name)
            ? name
            : throw new WasmError(
                FunctionErrorCode.BadName,
                $"No function's name can be made of the file's name '{GuestText.Clean(file, GuestText.NameLimit)}': expected are 1 to {FunctionNames.MaxName} of a-z, 0-9, '-' and '_', the first a letter or a digit. Rename the file, or give a name.");
    }
}
