using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Telemetry;

/// <summary>What a command is, for tags and as the name of its span.</summary>
internal sealed class CallKind
{
    private CallKind(string name)
    {
        Name = name;
        SpanName = $"wasmactors.{name}";
    }

    internal static CallKind Call { get; } = new("call");

    internal static CallKind Batch { get; } = new("batch");

    /// <summary>A call of an export of an instance that waits for an import.</summary>
    internal static CallKind Nested { get; } = new("nested");

    internal static CallKind Instantiate { get; } = new("instantiate");

    /// <summary>A WASI command.</summary>
    internal static CallKind Run { get; } = new("run");

    /// <summary>What runs no guest: reads, writes, questions, and things made on request.</summary>
    internal static CallKind Access { get; } = new("access");

    internal string Name { get; }

    internal string SpanName { get; }

    /// <summary>The kind of a command; null for one that is not followed.</summary>
    internal static CallKind? Of(Command command) => command switch
    {
        Messages.StoreProtocol.Call => Call,
        CallBatch => Batch,
        Messages.StoreProtocol.Instantiate or InstantiateInOrder => Instantiate,
        RunCommand => Run,
        Stop => null,
        _ => Access,
    };
}
