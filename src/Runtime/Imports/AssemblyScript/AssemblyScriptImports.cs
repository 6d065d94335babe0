using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports.AssemblyScript;

/// <summary>
/// What AssemblyScript's own library imports from <c>env</c>. What a guest says goes to its store's WASI output: to standard error what an
/// abort, a warning or an error says, else to standard output.
/// </summary>
internal static class AssemblyScriptImports
{
    internal const string Module = "env";

    // Of a text; what is longer is cut.
    private const int MaxBytes = 16 * 1024;

    private static readonly FrozenDictionary<string, HostFunc> s_functions = new Dictionary<string, Delegate>(StringComparer.Ordinal)
    {
        ["abort"] = new Action<WasmCaller, int, int, int, int>(Abort),
        ["trace"] = new Action<WasmCaller, int, int, double, double, double, double, double>(Trace),
        ["seed"] = new Func<double>(static () => Random.Shared.NextInt64()),
        ["console.log"] = new Action<WasmCaller, int>(static (caller, text) => Write(caller, isError: false, Text(caller, text))),
        ["console.info"] = new Action<WasmCaller, int>(static (caller, text) => Write(caller, isError: false, Text(caller, text))),
        ["console.debug"] = new Action<WasmCaller, int>(static (caller, text) => Write(caller, isError: false, Text(caller, text))),
        ["console.warn"] = new Action<WasmCaller, int>(static (caller, text) => Write(caller, isError: true, Text(caller, text))),
        ["console.error"] = new Action<WasmCaller, int>(static (caller, text) => Write(caller, isError: true, Text(caller, text))),
    }.ToFrozenDictionary(static f => f.Key, static f => HostFunc.Create(f.Value, $"{Module}::{f.Key}"), StringComparer.Ordinal);

    /// <summary>The function that an import asks for; null if it is none of AssemblyScript's, or has another type.</summary>
    internal static HostFunc? Find(ImportType import) =>
        import.Module == Module && s_functions.TryGetValue(import.Name, out var function) && function.Type.Equals(import.Type) ? function : null;

    /// <summary>Whether there is a function of this name.</summary>
    internal static bool Has(string module, string name) => module == Module && s_functions.ContainsKey(name);

    /// <summary>Whether a function that the import asks for may write.</summary>
    internal static bool Writes(ImportType import) => import.Name != "seed" && Find(import) is not null;

    private static void Abort(WasmCaller caller, int message, int file, int line, int column)
    {
        string where = file == 0 ? "" : $" in {Text(caller, file)}({(uint)line}:{(uint)column})";
        string said = $"abort: {(message == 0 ? "no message" : Text(caller, message))}{where}";
        Write(caller, isError: true, said);
        throw new Trap(GuestText.Clean(said, GuestText.MessageLimit));
    }

    private static void Trace(WasmCaller caller, int message, int count, double a, double b, double c, double d, double e)
    {
        double[] values = [a, b, c, d, e];
        string numbers = string.Join(", ", values.Take(Math.Clamp(count, 0, values.Length)).Select(static v => v.ToString(CultureInfo.InvariantCulture)));
        Write(caller, isError: true, $"trace: {Text(caller, message)}{(numbers.Length > 0 ? " " + numbers : "")}");
    }

    // UTF-16; its length in bytes is the u32 before it. Null for the host where there is no such text.
    private static string Text(WasmCaller caller, int pointer)
    {
        if (pointer == 0)
        {
            return "null";
        }

        uint at = (uint)pointer;
        if (caller.TryGetExport("memory") is not WasmMemory memory || at < sizeof(uint) || at > memory.Length)
        {
            return $"(no text at {at})";
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(memory.ReadBytes(at - sizeof(uint), sizeof(uint)));
        return length > memory.Length - at
            ? $"(no text at {at})"
            : Encoding.Unicode.GetString(memory.ReadBytes(at, (int)Math.Min(length, MaxBytes) & ~1)) + (length > MaxBytes ? "…" : "");
    }

    private static void Write(WasmCaller caller, bool isError, string line)
    {
        var options = caller.Store.WasiOptions;
        var output = isError ? options?.Stderr : options?.Stdout;
        output?.WriteOwn(Encoding.UTF8.GetBytes(line + '\n'), isError);
    }
}
