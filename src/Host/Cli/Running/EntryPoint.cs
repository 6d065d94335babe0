using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Running;

/// <summary>Where a run begins: a WASI command's <c>_start</c>, or an export with its arguments.</summary>
/// <param name="Export">The export's name.</param>
/// <param name="Arguments">What it is called with; null for a WASI command.</param>
internal sealed record EntryPoint(string Export, IReadOnlyList<Val>? Arguments)
{
    private const string Start = "_start";
    private const int MaxListed = 40;

    /// <summary>Whether it is a WASI command.</summary>
    public bool IsCommand => Arguments is null;

    /// <summary>Decides what to run.</summary>
    /// <exception cref="CommandLineException">There is nothing to run.</exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c></exception>
    public static EntryPoint Choose(WasmModule module, RunSettings settings)
    {
        if (settings.Invoke is not { } name)
        {
            return IsWasiCommand(module)
                ? new EntryPoint(Start, null)
                : throw new CommandLineException("usage", $"{settings.File} is no program: it exports no {Start}.", $"Name an export to call, as in 'wasmactors run {settings.File} --invoke EXPORT'.\n{Callable(module)}");
        }

        var type = module.Exports.FirstOrDefault(e => e.Name == name)?.Type;
        return type switch
        {
            FuncType func => new EntryPoint(name, Parse(name, func, settings.Arguments)),
            null => throw new CommandLineException(ErrorCode.ExportNotFound, $"{settings.File} exports nothing named '{GuestText.Clean(name, GuestText.NameLimit)}'.", Callable(module)),
            _ => throw new CommandLineException(ErrorCode.ExportWrongKind, $"The export '{GuestText.Clean(name, GuestText.NameLimit)}' is no function: {type}.", Callable(module)),
        };
    }

    /// <summary>Whether the module is a program.</summary>
    public static bool IsWasiCommand(WasmModule module) =>
        module.Exports.Any(static e => e is { Name: Start, Type: FuncType { Params.Length: 0, Results.Length: 0 } });

    private static Val[] Parse(string name, FuncType type, IReadOnlyList<string> arguments)
    {
        string signature = $"{GuestText.Clean(name, GuestText.NameLimit)}{type}";
        if (arguments.Count != type.Params.Length)
        {
            throw new WasmError(ErrorCode.BadArguments, $"{signature} takes {type.Params.Length} argument{(type.Params.Length == 1 ? "" : "s")}, but {arguments.Count} {(arguments.Count == 1 ? "was" : "were")} given{(arguments.Count == 0 ? "" : $": {string.Join(' ', arguments)}")}.");
        }

        var values = new Val[arguments.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!ValText.TryParse(arguments[i], type.Params[i], out values[i], out string? problem))
            {
                throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} of {signature}: {problem}.");
            }
        }

        return values;
    }

    private static string Callable(WasmModule module)
    {
        var functions = module.Exports.Where(static e => e.Type is FuncType).ToList();
        if (functions.Count == 0)
        {
            return "The module exports no function at all.";
        }

        var text = new StringBuilder("Exported functions:");
        foreach (var (name, type) in functions.Take(MaxListed))
        {
            text.Append("\n  ").Append(GuestText.Clean(name, GuestText.NameLimit)).Append(type);
        }

        return functions.Count > MaxListed ? text.Append($"\n  … and {functions.Count - MaxListed} more: 'wasmactors inspect' lists all").ToString() : text.ToString();
    }
}
