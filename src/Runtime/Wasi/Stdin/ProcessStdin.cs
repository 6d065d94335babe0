using WasmActors.Runtime.Interop.Files;

namespace WasmActors.Runtime.Wasi.Stdin;

/// <summary>The standard input of this process. Nothing is read but what the program asks for: the rest is left to others.</summary>
internal sealed class ProcessStdin : StdinSource
{
    private const int Descriptor = 0;

    internal override bool Wait(TimeSpan longest) => DescriptorInput.Wait(Descriptor, (int)longest.TotalMilliseconds);

    internal override int? Read(Span<byte> buffer) => Wait(TimeSpan.Zero) ? DescriptorInput.Read(Descriptor, buffer) : null;

    public override void Dispose()
    {
        // The descriptor is the process's.
    }
}
