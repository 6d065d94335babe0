namespace WasmActors.Host.Triggers;

/// <summary>A trigger cannot start.</summary>
/// <param name="code">A stable code, such as <c>http.address_in_use</c>.</param>
/// <param name="message">What is wrong.</param>
/// <param name="help">What to do.</param>
internal sealed class TriggerException(string code, string message, string help) : Exception(message)
{
    /// <summary>A stable code.</summary>
    public string Code { get; } = code;

    /// <summary>What to do.</summary>
    public string Help { get; } = help;
}
