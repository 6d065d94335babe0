using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Rejects modules that use what no engine compiles, before any time is spent on compiling them.</summary>
internal static class EngineFit
{
    /// <exception cref="WasmError"><c>module.feature_not_allowed</c></exception>
    internal static void Check(ModuleTraits traits)
    {
        // Of a module that cannot be read, compiling says what is wrong.
        if (traits.HasFlag(ModuleTraits.Unread))
        {
            return;
        }

        if (traits.HasFlag(ModuleTraits.LegacyExceptions))
        {
            throw NotAllowed("uses exceptions of the older proposal (try, catch, delegate, rethrow), which no engine setting allows. Build it with the exceptions of "
                + "WebAssembly 3.0 (Emscripten: -sWASM_LEGACY_EXCEPTIONS=0), or translate it with 'wasm-opt --translate-to-exnref'");
        }

        if (traits.HasFlag(ModuleTraits.CompactImports))
        {
            throw NotAllowed("has its imports in the compact encoding, a proposal that no engine setting allows. Build it with plain imports");
        }
    }

    private static WasmError NotAllowed(string what) => new(ErrorCode.FeatureNotAllowed, $"The module {what}.");
}
