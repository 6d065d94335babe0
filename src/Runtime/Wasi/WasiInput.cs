namespace WasmActors.Runtime.Wasi;

/// <summary>Where a WASI program's standard input comes from. One input serves one store.</summary>
public abstract record WasiInput
{
    private protected WasiInput()
    {
    }

    /// <summary>Nothing: the program reads the end at once.</summary>
    public static WasiInput Empty { get; } = new EmptyInput();

    /// <summary>The standard input of this process. Nothing is read but what the program asks for, and a program that waits for it ends with
    /// its call. In a preemptive store with folders neither is so: Wasmtime reads it then.</summary>
    public static WasiInput Inherit { get; } = new InheritedInput();

    /// <summary>A file, opened when the store first needs it. Reading it cannot be interrupted: none that makes readers wait.</summary>
    public static WasiInput FromFile(string path) => new FileInput(path);

    /// <summary>Bytes.</summary>
    public static WasiInput FromBytes(ReadOnlyMemory<byte> bytes) => new BytesInput(bytes);

    /// <summary>
    /// A stream, read as it comes, some 80 KiB ahead of the program, and only for as long as the store lives; it is not closed.
    /// A stream that throws has ended. So has one that keeps a program waiting beyond its call's deadline or cancellation.
    /// In a preemptive store with folders, where the system has no /proc (other than Linux), it is read to its end first, at most 64 MiB of it.
    /// </summary>
    public static WasiInput FromStream(Stream stream) => new StreamInput(stream);

    internal sealed record EmptyInput : WasiInput;

    internal sealed record InheritedInput : WasiInput;

    internal sealed record FileInput(string Path) : WasiInput;

    internal sealed record BytesInput(ReadOnlyMemory<byte> Bytes) : WasiInput;

    internal sealed record StreamInput(Stream Stream) : WasiInput;
}
