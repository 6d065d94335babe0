namespace WasmActors.Conformance.Scripts;

/// <summary>What an instance is made of.</summary>
internal abstract record InstanceSource
{
    /// <summary>A module that stands right there.</summary>
    internal sealed record Inline(ModuleSource Module) : InstanceSource;

    /// <summary>A module that was defined before.</summary>
    /// <param name="Instance">The name that the instance gets, or null.</param>
    /// <param name="Module">The module's name, or null for the newest.</param>
    internal sealed record Defined(string? Instance, string? Module) : InstanceSource;
}
