namespace WasmActors.Runtime.Wasi.Stdin;

/// <summary>Standard input that the host reads itself: a program waits for it by its call's deadline, and can ask whether it is there.</summary>
internal abstract class StdinSource : IDisposable
{
    /// <summary>Waits until a read returns at once. Holds the thread, for 0 or more whole milliseconds.</summary>
    /// <returns>Whether a read returns at once.</returns>
    internal abstract bool Wait(TimeSpan longest);

    /// <summary>Reads what is there.</summary>
    /// <returns>The number of bytes, 0 at the end, null if there is nothing yet, -1 if the input cannot be read.</returns>
    internal abstract int? Read(Span<byte> buffer);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The source of an input; null where Wasmtime reads it.</summary>
    internal static StdinSource? Of(WasiInput input) => input switch
    {
        WasiInput.InheritedInput when OperatingSystem.IsWindows() => new StreamStdin(Console.OpenStandardInput()),
        WasiInput.InheritedInput => new ProcessStdin(),
        WasiInput.StreamInput stream => new StreamStdin(stream.Stream),
        _ => null,
    };
}
