using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// A function of the host that guests may call: a delegate with its WebAssembly type. It belongs to no store; one
/// definition serves any number of them, on any number of threads.
/// </summary>
/// <remarks>
/// The delegate's parameters may be C# numbers (int, uint, long, ulong, float, double, <see cref="UInt128"/>),
/// <see cref="Val"/>, a class for externref, a <see cref="Stores.WasmFunc"/> for funcref; or one <c>Val[]</c> for all of
/// them. A <see cref="WasmCaller"/> comes first where it is wanted. It may return nothing, one value, a tuple, or a list of
/// values. A <see cref="Trap"/> that it throws becomes the caller's trap; any other exception the cause of <c>host.exception</c>.
/// </remarks>
public sealed class HostFunc
{
    private HostFunc(string name, FuncType type, Delegate callback, bool wantsCaller)
    {
        Name = name;
        Type = type;
        WantsCaller = wantsCaller;
        Thunk = HostThunk.Create(name, type, callback, wantsCaller);
    }

    /// <summary>The name that messages show.</summary>
    public string Name { get; }

    /// <summary>The type that guests see.</summary>
    public FuncType Type { get; }

    /// <summary>Whether the delegate gets the caller as its first parameter.</summary>
    public bool WantsCaller { get; }

    internal HostThunk Thunk { get; }

    /// <summary>Defines a host function of a given type.</summary>
    /// <param name="type">The type that guests see.</param>
    /// <param name="callback">The delegate.</param>
    /// <param name="wantsCaller">Whether its first parameter is the <see cref="WasmCaller"/>.</param>
    /// <param name="name">For messages; default: the delegate's method.</param>
    /// <exception cref="WasmError"><c>host.bad_signature</c>: the delegate does not fit the type, or returns a task.</exception>
    public static HostFunc Create(FuncType type, Delegate callback, bool wantsCaller = false, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(callback);
        return new HostFunc(name ?? callback.Method.Name, type, callback, wantsCaller);
    }

    /// <summary>Defines a host function whose type follows from the delegate's: int is i32, long i64, float f32, double f64,
    /// <see cref="UInt128"/> v128, a <see cref="Stores.WasmFunc"/> funcref, any other class externref; a tuple means several results.</summary>
    /// <exception cref="WasmError"><c>host.bad_signature</c>: the delegate's types do not tell the WebAssembly type.</exception>
    public static HostFunc Create(Delegate callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        name ??= callback.Method.Name;
        var type = HostSignature.Infer(name, callback, out bool wantsCaller);
        return new HostFunc(name, type, callback, wantsCaller);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GuestText.Clean(Name, GuestText.NameLimit)} {Type}";
}
