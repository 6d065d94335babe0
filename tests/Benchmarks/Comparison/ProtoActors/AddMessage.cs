namespace WasmActors.Benchmarks.Comparison.ProtoActors;

/// <summary>A call, in a message that its caller uses again and again.</summary>
internal sealed class AddMessage
{
    internal int A { get; set; }

    internal int B { get; set; }
}
