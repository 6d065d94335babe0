namespace WasmActors.Runtime.Modules;

/// <summary>Where modules are compiled.</summary>
public enum CompileIsolation
{
    /// <summary>In this process: the fastest, for modules that are trusted. Compiling cannot be interrupted, and a module of some hundred
    /// kilobytes can be made to cost gigabytes and minutes.</summary>
    InProcess,

    /// <summary>In a child process for each module, with limits on what it uses: for modules that others made. See
    /// <see cref="Limits.CompileLimits"/> and <see cref="Limits.ModuleLimits"/>.</summary>
    ChildProcess,
}
