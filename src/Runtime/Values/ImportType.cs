using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Values;

/// <summary>One import of a module.</summary>
/// <param name="Module">Name of the module it is imported from.</param>
/// <param name="Name">Name within that module.</param>
/// <param name="Type">What is expected.</param>
public sealed record ImportType(string Module, string Name, ExternType Type)
{
    /// <summary>The import's full name, <c>module::name</c>.</summary>
    public string QualifiedName => $"{Module}::{Name}";

    /// <summary>The full name for messages: the guest chose it, so it is escaped and cut.</summary>
    internal string ShownName => GuestText.Clean(QualifiedName, GuestText.NameLimit);
}
