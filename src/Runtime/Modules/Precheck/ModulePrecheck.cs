using System.Globalization;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// Refuses modules that are too large to be compiled for somebody who is not trusted, before anything else looks at them: one
/// pass over the bytes, tens of megabytes in a second, which allocates some bytes for each type and function.
/// </summary>
/// <remarks>
/// It does not say whether a module is valid: what is no module at all passes, and compiling refuses it. Nor does it catch every
/// module that is expensive: whoever compiles what others made does it in a process that can be ended, see
/// CompileIsolation.
/// </remarks>
public static class ModulePrecheck
{
    // More than can be compiled in any reasonable time.
    private const int KnownAtMost = 1_000_000;

    /// <summary>Looks at a module in binary form. Does nothing when it keeps to the limits.</summary>
    /// <param name="wasm">The module.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <exception cref="WasmError"><c>module.too_large</c>: what exceeds which limit.</exception>
    public static void Check(ReadOnlySpan<byte> wasm, ModuleLimits? limits = null)
    {
        limits ??= new ModuleLimits();
        CheckLength(wasm.Length, limits);
        if (limits == ModuleLimits.None)
        {
            return;
        }

        Check(ModuleReader.Read(wasm, KnownAtMost), limits);
    }

    /// <summary>Looks at nothing but the length of a module in binary form.</summary>
    /// <exception cref="WasmError"><c>module.too_large</c></exception>
    internal static void CheckLength(int bytes, ModuleLimits limits) => Require(bytes, limits.Bytes, "bytes", nameof(limits.Bytes));

    /// <summary>Looks at the length of a module in text form.</summary>
    /// <exception cref="WasmError"><c>module.too_large</c></exception>
    internal static void CheckText(int bytes, ModuleLimits limits) =>
        Require(bytes, limits.TextBytes, "bytes in text form", nameof(limits.TextBytes));

    private static void Check(ModuleFigures figures, ModuleLimits limits)
    {
        Require(figures.CustomSections, limits.CustomSections, "custom sections", nameof(limits.CustomSections));
        Require(figures.CustomBytes, limits.CustomBytes, "bytes of custom sections", nameof(limits.CustomBytes));
        Require(figures.Types, limits.Types, "types", nameof(limits.Types));
        Require("Type", figures.TypeMembers, limits.TypeMembers, "parameters and results, or fields", nameof(limits.TypeMembers));
        Require(figures.Imports, limits.Imports, "imports", nameof(limits.Imports));
        Require(figures.Exports, limits.Exports, "exports", nameof(limits.Exports));
        Require(figures.Functions, limits.Functions, "functions", nameof(limits.Functions));
        Require(figures.Globals, limits.Globals, "globals", nameof(limits.Globals));
        Require(figures.Tables, limits.Tables, "tables", nameof(limits.Tables));
        Require(figures.Memories, limits.Memories, "memories", nameof(limits.Memories));
        Require(figures.Tags, limits.Tags, "exception tags", nameof(limits.Tags));
        Require(figures.ElementSegments, limits.ElementSegments, "segments of elements", nameof(limits.ElementSegments));
        Require(figures.DataSegments, limits.DataSegments, "segments of data", nameof(limits.DataSegments));
        Require("Function", figures.Locals, limits.Locals, "locals", nameof(limits.Locals));
        Require(figures.TotalLocals, limits.TotalLocals, "locals in its functions", nameof(limits.TotalLocals));
        Require("Function", figures.BodyBytes, limits.BodyBytes, "bytes", nameof(limits.BodyBytes));
        Require("Function", figures.Nesting, limits.Nesting, "blocks within one another", nameof(limits.Nesting));
        Require("Function", figures.BranchTargets, limits.BranchTargets, "targets of one branch", nameof(limits.BranchTargets));
        Require("Function", figures.FunctionCost, limits.FunctionCost, "units of work for the compiler", nameof(limits.FunctionCost));
        Require(figures.TotalCost, limits.TotalCost, "units of work for the compiler", nameof(limits.TotalCost));
    }

    private static void Require(long value, long? limit, string what, string name)
    {
        if (value > limit)
        {
            throw TooLarge("The module", value, limit.Value, what, name);
        }
    }

    private static void Require(string whose, Peak peak, long? limit, string what, string name)
    {
        if (peak.Value > limit)
        {
            throw TooLarge($"{whose} {peak.Index} of the module", peak.Value, limit.Value, what, name);
        }
    }

    private static WasmError TooLarge(string whose, long value, long limit, string what, string name)
    {
        RuntimeTelemetry.Refused(ErrorCode.ModuleTooLarge);
        return new WasmError(
            ErrorCode.ModuleTooLarge,
            string.Create(CultureInfo.InvariantCulture, $"{whose} has {value:N0} {what}; allowed are {limit:N0} (ModuleLimits.{name}). Make the module smaller, or raise the limit for modules that you trust."));
    }
}
