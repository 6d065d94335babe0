using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Conventions;

/// <summary>
/// A calling convention: how input gets into a guest and output out of it. One object for all calls, without state. To add one, derive from this class in a
/// folder beside <c>Core</c>, add a value to <see cref="CallingConvention"/>, and list it in <c>Registry/ConventionTable.cs</c>.
/// </summary>
/// <param name="id">Its number in stored specifications.</param>
/// <param name="name">Its name in JSON, HTTP and on the command line.</param>
/// <param name="shape">The shape of its input and output.</param>
internal abstract class Convention(CallingConvention id, string name, CallShape shape)
{
    /// <summary>Its number in stored specifications, which never changes its meaning.</summary>
    internal CallingConvention Id => id;

    /// <summary>Its name in JSON, HTTP and on the command line.</summary>
    internal string Name => name;

    /// <summary>The shape of its input and output.</summary>
    internal CallShape Shape => shape;

    /// <summary>Whether each call gets a new store, which is made with the call's input. Such functions cannot be keyed. Default false.</summary>
    internal virtual bool StartsAnew => false;

    /// <summary>Checks a specification beyond what every function must have.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    internal virtual void Check(FunctionSpec spec)
    {
    }

    /// <summary>Returns whether a module was made for the convention, by its exports. The table asks the conventions in its order.</summary>
    internal abstract bool Detects(ModuleOutline outline);

    /// <summary>Returns what a module lacks by the names and kinds of its exports, or null. Runs before the module is compiled.</summary>
    internal abstract string? Missing(ModuleOutline outline);

    /// <summary>Returns what a module lacks by the types of its exports, or null. Runs after the module was compiled.</summary>
    internal abstract string? Missing(WasmModule module);

    /// <summary>Returns the WASI options of the store that is made for a call. Default: those of the function's grants.</summary>
    /// <param name="spec">The function.</param>
    /// <param name="granted">The options of its grants.</param>
    /// <param name="input">The input of the call that the store is made for.</param>
    /// <param name="time">The call's time.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="WasmException">The input is not granted or could not be fetched.</exception>
    internal virtual ValueTask<WasiOptions> PrepareAsync(FunctionSpec spec, WasiOptions granted, FunctionInput input, CallTime time, CancellationToken cancellation) =>
        ValueTask.FromResult(granted);

    /// <summary>Executes a call.</summary>
    /// <exception cref="WasmException">It failed.</exception>
    internal abstract ValueTask<FunctionOutput> CallAsync(ConventionCall call);

    /// <summary>Returns whether a module exports a name with a kind.</summary>
    protected static bool Exports(ModuleOutline outline, string export, ExternKind kind) => outline.Exports.Contains(new OutlineItem("", export, kind));

    /// <summary>Returns the type of a module's export, or null.</summary>
    protected static ExternType? TypeOf(WasmModule module, string export) => module.Exports.FirstOrDefault(e => e.Name == export)?.Type;
}
