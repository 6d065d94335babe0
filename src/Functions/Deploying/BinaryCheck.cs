using WasmActors.Functions.Api;
using WasmActors.Functions.Registry;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Deploying;

/// <summary>Rejects a deployment for what its module's binary says, before any time is spent on compiling it.</summary>
internal static class BinaryCheck
{
    /// <summary>Checks a module against a specification.</summary>
    /// <param name="runtime">The node.</param>
    /// <param name="spec">The specification.</param>
    /// <param name="wasm">The module's binary. What is wrong with it beyond that is found by compiling it.</param>
    /// <param name="outline">Its imports and exports.</param>
    /// <exception cref="WasmError"><c>module.too_large</c>, <c>module.feature_not_allowed</c>, <c>function.bad_spec</c>, <c>link.missing_import</c>,
    /// <c>store.limit_exceeded</c>, <c>function.not_granted</c></exception>
    internal static void Check(FunctionRuntime runtime, FunctionSpec spec, ReadOnlySpan<byte> wasm, ModuleOutline outline)
    {
        CheckNode(runtime, spec);
        var traits = runtime.Host.Modules.Precheck(wasm);
        if (!outline.IsWhole || traits.HasFlag(ModuleTraits.Unread))
        {
            return;
        }

        CheckFeatures((WasmFeatures)(traits & ModuleTraits.Features), runtime.Options.Features | spec.Grants.Features);
        CheckExports(spec, outline);
        CheckImports(runtime, spec, outline);
        CheckLimits(spec, wasm, traits, outline, runtime.RecipeOf(new FunctionVersion(0, default, spec)).Store.Options.Limits);
    }

    /// <summary>Checks what a module uses against what the function may use.</summary>
    /// <exception cref="WasmError"><c>module.feature_not_allowed</c></exception>
    internal static void CheckFeatures(WasmFeatures used, WasmFeatures allowed)
    {
        var missing = used & ~allowed;
        if (missing != WasmFeatures.None)
        {
            throw new WasmError(
                ErrorCode.FeatureNotAllowed,
                $"The module uses {missing}, and the function may use {allowed}: grant it (grants.features in JSON, --feature, FunctionGrants.Features), or build the module without it.");
        }
    }

    // What this node does not give to any function.
    private static void CheckNode(FunctionRuntime runtime, FunctionSpec spec)
    {
        GrantedFolders.Check(spec, runtime.Options.Folders);
        var engine = runtime.Host.Engine.Settings;
        var missing = spec.Grants.Features & ~engine.Features;
        Require(missing == WasmFeatures.None, $"it is granted {missing}, and this node compiles {engine.Features} (EngineSettings.Features)");
        Require(spec.Limits.Fuel is null || engine.Fuel, "limits.fuel is set, and this node does not count fuel (EngineSettings.Fuel)");
    }

    /// <summary>Checks the types of a compiled module's exports against the function's convention.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    internal static void CheckTypes(FunctionSpec spec, WasmModule module)
    {
        string? missing = ConventionTable.Of(spec.Convention).Missing(module);
        Require(missing is null, missing!);
    }

    private static void CheckExports(FunctionSpec spec, ModuleOutline outline)
    {
        if (ConventionTable.Of(spec.Convention).Missing(outline) is { } missing)
        {
            var detected = ConventionTable.Detect(outline).Id;
            Require(false, detected == spec.Convention ? missing : $"{missing}. By its exports it was made for the convention {detected}");
        }
    }

    // All that are missing, so that nobody has to try again for each.
    private static void CheckImports(FunctionRuntime runtime, FunctionSpec spec, ModuleOutline outline)
    {
        var map = runtime.Imports.For(spec);
        string[] missing =
        [
            .. outline.Imports
                .Where(i => !map.Combined.Defines(i.Module, i.Name, i.Kind == ExternKind.Func) && !map.Items.ContainsKey((i.Module, i.Name)))
                .Select(static i => GuestText.Clean($"{i.Module}::{i.Name}", GuestText.NameLimit))
                .Distinct(StringComparer.Ordinal),
        ];
        if (missing.Length == 0)
        {
            return;
        }

        string what = missing.Length == 1 ? missing[0] : $"{missing.Length} things that are not defined: {ImportCheck.NameAll(missing, missing.Length)}";
        string granted = spec.Grants.Imports.Count == 0 ? "no set of imports is granted" : $"what is granted ({string.Join(", ", spec.Grants.Imports)}) does not define {(missing.Length == 1 ? "it" : "them")}";
        throw new WasmError(ErrorCode.MissingImport, $"The module imports {what}, and {granted}: grant a set that does (grants.imports, --grant-imports). This node offers {runtime.Imports.Offered}.");
    }

    private static void CheckLimits(FunctionSpec spec, ReadOnlySpan<byte> wasm, ModuleTraits traits, ModuleOutline outline, StoreLimits limits)
    {
        try
        {
            StoreFit.Check(wasm, traits, outline, limits);
        }
        catch (WasmError tooMuch)
        {
            throw new WasmError(
                tooMuch.Code,
                $"A store of the function cannot begin with the module: {tooMuch.Message} The function's limit of memory is limits.memoryBytes ({spec.Limits.MemoryBytes:N0}; --max-memory).",
                tooMuch);
        }
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The function cannot be deployed: {problem}.");
        }
    }
}
