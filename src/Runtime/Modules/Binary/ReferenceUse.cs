namespace WasmActors.Runtime.Modules.Binary;

/// <summary>Collects the references that a module's code and initial values make.</summary>
internal sealed class ReferenceUse
{
    /// <summary>Indices of the functions that a reference is made of.</summary>
    public SortedSet<uint> Functions { get; } = [];

    /// <summary>Whether objects of the guest's heap are made or used.</summary>
    public bool UsesHeap { get; private set; }

    /// <summary>Notes a use of the guest's heap.</summary>
    public void NoteHeap() => UsesHeap = true;
}
