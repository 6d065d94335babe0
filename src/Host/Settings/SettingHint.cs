namespace WasmActors.Host.Settings;

/// <summary>Puts the settings of <c>serve</c> into messages of the library, which name its own options: programs set those, operators cannot.</summary>
internal static class SettingHint
{
    private const string StackOverflowCode = "trap.stack_overflow";

    private static readonly (string Option, string Setting)[] s_names =
    [
        ("CompileLimits.", "WasmActors:Modules:CompileLimits:"),
        ("ModuleLimits.", "WasmActors:Modules:ModuleLimits:"),
        ("EngineSettings.MaxStacks", "WasmActors:Stores:MaxStacks"),
        ("EngineSettings.Fuel", "WasmActors:Stores:Fuel"),
        ("EngineSettings.MaxWasmStackBytes", "WasmActors:Stores:GuestStack"),
        ("EngineSettings.Features", "WasmActors:Stores:Features"),
        ("StoreLimits.MemoryBytes", "limits.memoryBytes of the deployment"),
    ];

    /// <summary>The message in the words of an operator.</summary>
    /// <param name="code">The failure's code.</param>
    /// <param name="message">The library's message.</param>
    public static string In(string code, string message)
    {
        foreach (var (option, setting) in s_names)
        {
            message = message.Replace(option, setting, StringComparison.Ordinal);
        }

        return code == StackOverflowCode ? $"{message} A guest's stack is limited by WasmActors:Stores:GuestStack." : message;
    }
}
