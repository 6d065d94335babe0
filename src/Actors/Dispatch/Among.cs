namespace WasmActors.Actors.Dispatch;

/// <summary>Among which tenants the next is looked for.</summary>
internal enum Among
{
    /// <summary>All.</summary>
    All,

    /// <summary>Those whose guests do not keep on.</summary>
    Short,

    /// <summary>Those whose guests keep on.</summary>
    Lasting,
}
