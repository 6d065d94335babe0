using System.Collections.Frozen;
using System.Security.Cryptography;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Compilation;
using WasmActors.Runtime.Modules.Debug;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Modules;

/// <summary>
/// A compiled module: immutable, usable from any thread and by any number of stores of its engine. It is known by the SHA-256
/// of its binary form.
/// </summary>
public sealed class WasmModule : IDisposable
{
    private readonly FrozenDictionary<string, int> _exportIndices;
    private readonly bool _shared;

    private WasmModule(WasmEngine engine, nint handle, ReadOnlySpan<byte> wasm, string digest, ModuleTraits traits, string? name, bool shared)
    {
        _shared = shared;
        Engine = engine;
        Handle = new CompiledHandle(handle);
        Digest = digest;
        ByteLength = wasm.Length;
        ModuleBinary.TryRead(wasm, out var binary, out _);
        Name = name ?? (binary?.Name is { } own ? GuestText.Clean(own, GuestText.NameLimit) : null);
        CustomSections = binary?.CustomSections ?? [];
        Imports = ModuleTypes.Imports(engine, handle, binary);
        Exports = ModuleTypes.Exports(engine, handle, binary);
        Sources = SourceLines.Of(binary, wasm);
        Traits = traits;
        Demand = ModuleDemand.Of(binary, traits, Imports.Count(static i => i.Type is MemoryType));
        UsesGuestHeap = binary is null || binary.UsesGuestHeap || Imports.Any(static i => HeapUse.IsIn(i.Type)) || Exports.Any(static e => HeapUse.IsIn(e.Type));
        _exportIndices = Exports.Select(static (export, index) => (export.Name, index)).ToFrozenDictionary(static e => e.Name, static e => e.index, StringComparer.Ordinal);
    }

    /// <summary>The engine that compiled it.</summary>
    public WasmEngine Engine { get; }

    /// <summary>SHA-256 of the binary form, as 64 lower-case hexadecimal digits.</summary>
    public string Digest { get; }

    /// <summary>The name given when it was loaded, else the one in its name section (escaped and cut), else null.</summary>
    public string? Name { get; }

    /// <summary>Length of the binary form in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>Its imports in order.</summary>
    public IReadOnlyList<ImportType> Imports { get; }

    /// <summary>Its exports in order.</summary>
    public IReadOnlyList<ExportType> Exports { get; }

    /// <summary>Its custom sections in order.</summary>
    public IReadOnlyList<CustomSection> CustomSections { get; }

    /// <summary>What it uses beyond what every module may: only stores that allow all of it instantiate it.</summary>
    public WasmFeatures Features => (WasmFeatures)(Traits & ModuleTraits.Features);

    internal CompiledHandle Handle { get; }

    internal ModuleTraits Traits { get; }

    /// <summary>Its source lines, or null where it was built without debug information.</summary>
    internal SourceLines? Sources { get; }

    /// <summary>The memories and tables that each of its instances makes.</summary>
    internal ModuleDemand Demand { get; }

    /// <summary>Whether its functions can hold references into the guest's heap.</summary>
    internal bool UsesGuestHeap { get; }

    /// <summary>Compiles a module, binary or text: bytes that do not begin with the binary's mark are taken for text.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="bytes">The module.</param>
    /// <param name="name">For messages and logs; default: the name section's.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> with Wasmtime's own message and offset;
    /// <c>module.feature_not_allowed</c>: no engine compiles what it uses.</exception>
    public static WasmModule FromBytes(WasmEngine engine, ReadOnlySpan<byte> bytes, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        if (!ModuleText.IsBinary(bytes))
        {
            return FromBinary(engine, ModuleText.ToBinary(bytes), name);
        }

        return FromBinary(engine, bytes, name);
    }

    /// <summary>Checks that a module, binary or text, is valid and uses only features that the engine has. Compiles nothing, so it costs a
    /// small part of what <see cref="FromBytes"/> does.</summary>
    /// <param name="engine">The engine whose features count.</param>
    /// <param name="bytes">The module.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> with Wasmtime's own message and offset.</exception>
    public static void Validate(WasmEngine engine, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ModuleTypes.Validate(engine, ModuleText.IsBinary(bytes) ? bytes : ModuleText.ToBinary(bytes));
    }

    /// <summary>Compiles a module in the text format (WAT).</summary>
    /// <exception cref="WasmError"><c>module.invalid</c> with the line and column.</exception>
    public static WasmModule FromText(WasmEngine engine, string text, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return FromBinary(engine, ModuleText.ToBinary(text), name);
    }

    /// <summary>Compiles a module out of a file, binary or text; its name is the file's.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public static WasmModule FromFile(WasmEngine engine, string path)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(path);
        return FromBytes(engine, ModuleText.ReadFile(path), Path.GetFileName(path));
    }

    /// <summary>Compiles a module out of a stream that is read to its end, binary or text.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public static WasmModule FromStream(WasmEngine engine, Stream stream, string? name = null) =>
        FromBytes(engine, ModuleText.ReadStream(stream), name);

    /// <summary>Releases the compiled code once no instance uses it any more. Does nothing to a module of a
    /// <see cref="ModuleCache"/>: it is shared, and released when nobody holds it any more.</summary>
    public void Dispose()
    {
        if (!_shared)
        {
            Handle.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(Name is null ? "module" : GuestText.Clean(Name, GuestText.NameLimit))} ({Digest[..12]})";

    internal static string DigestOf(ReadOnlySpan<byte> wasm) => Convert.ToHexStringLower(SHA256.HashData(wasm));

    internal static WasmModule FromBinary(WasmEngine engine, ReadOnlySpan<byte> wasm, string? name, bool shared = false)
    {
        var traits = TraitReader.Read(wasm);
        EngineFit.Check(traits);
        nint handle = ModuleTypes.Compile(engine, wasm);
        return new WasmModule(engine, handle, wasm, DigestOf(wasm), traits, name, shared);
    }

    /// <summary>Takes over a module that was loaded from a compiled artifact of <paramref name="wasm"/>, to be shared.</summary>
    internal static WasmModule FromArtifact(WasmEngine engine, nint handle, ReadOnlySpan<byte> wasm, string digest, ModuleTraits traits, string? name) =>
        new(engine, handle, wasm, digest, traits, name, shared: true);

    /// <summary>Position of an export, or -1.</summary>
    internal int ExportIndex(string name) => _exportIndices.TryGetValue(name, out int index) ? index : -1;

    /// <summary>The error that says which names there are.</summary>
    internal WasmError NoExport(string name)
    {
        string known = Exports.Count == 0 ? "it exports nothing" : $"it exports {string.Join(", ", Exports.Take(12).Select(static e => GuestText.Clean(e.Name, 64)))}{(Exports.Count > 12 ? ", …" : "")}";
        return new WasmError(ErrorCode.ExportNotFound, $"The module exports nothing named '{GuestText.Clean(name, GuestText.NameLimit)}': {known}.");
    }
}
