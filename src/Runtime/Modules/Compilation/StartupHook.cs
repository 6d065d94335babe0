using WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// Turns a second process of the same program into the compiler, before the program's own code runs. The runtime calls it if
/// <c>DOTNET_STARTUP_HOOKS</c> names this assembly. Only <see cref="CompilerProgram"/> sets that, for its child.
/// </summary>
/// <remarks>The runtime finds it by its name, which has no namespace.</remarks>
#pragma warning disable CA1050, MA0047, IDE0130 // the name is the runtime's
internal static class StartupHook
#pragma warning restore CA1050, MA0047, IDE0130
{
    /// <summary>Compiles one module and ends the process.</summary>
    public static void Initialize() => Environment.Exit(CompilerMain.Run());
}
