namespace WasmActors.Runtime.State;

/// <summary>The names under which a rewritten module exports its state.</summary>
internal static class HiddenExports
{
    /// <summary>How all of them start. Modules must not use it for exports of their own.</summary>
    public const string Prefix = "$wa.";

    /// <summary>The custom section that marks a rewritten module.</summary>
    public const string Mark = "$wa.state";

    /// <summary>A memory, followed by its index.</summary>
    public const string Memory = "$wa.m";

    /// <summary>A table that code changes, followed by its index.</summary>
    public const string Table = "$wa.t";

    /// <summary>A table that no code changes, followed by its index.</summary>
    public const string ConstantTable = "$wa.k";

    /// <summary>A mutable global, followed by its index.</summary>
    public const string Global = "$wa.g";

    /// <summary>A function that a table or a global can refer to, followed by its index.</summary>
    public const string Function = "$wa.f";

    /// <summary>A global that is 1 once a segment was dropped, followed by the segment's ordinal.</summary>
    public const string Dropped = "$wa.d";

    /// <summary>A function that drops a segment, followed by the segment's ordinal.</summary>
    public const string Drop = "$wa.drop";
}
