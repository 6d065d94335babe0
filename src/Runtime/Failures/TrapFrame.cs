namespace WasmActors.Runtime.Failures;

/// <summary>One function of a WebAssembly backtrace.</summary>
/// <param name="FuncIndex">Index of the function in its module.</param>
/// <param name="FuncName">Its name from the module's name section, or null. The guest's own text: escaped and cut to 256 characters.</param>
/// <param name="ModuleName">Its module's name from the name section, or null; escaped and cut likewise.</param>
/// <param name="FuncOffset">Bytes from the start of the function's body, or null where that is not known, as at a stack overflow, before the first instruction.</param>
/// <param name="ModuleOffset">Bytes from the start of the module, or null likewise.</param>
public sealed record TrapFrame(uint FuncIndex, string? FuncName, string? ModuleName, long? FuncOffset, long? ModuleOffset)
{
    /// <summary>Source file of the instruction, as the compiler wrote it into the debug information (<c>clang -g</c>), or null; escaped and cut
    /// likewise.</summary>
    public string? File { get; init; }

    /// <summary>Line in that file, from 1, or null.</summary>
    public int? Line { get; init; }

    /// <summary>One line for people, for example <c>math.wasm!divide (func 3) at 0x5a, /src/math.c:12</c>.</summary>
    public override string ToString() =>
        $"{ModuleName ?? "<unnamed module>"}!{FuncName ?? "<unnamed>"} (func {FuncIndex}){(ModuleOffset is { } at ? $" at 0x{at:x}" : "")}"
        + (File is null ? "" : $", {File}:{Line}");
}
