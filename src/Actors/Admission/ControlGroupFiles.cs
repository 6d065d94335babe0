namespace WasmActors.Actors.Admission;

/// <summary>The names of a control group's files, which differ between the two versions.</summary>
/// <param name="Limit">The file with its limit.</param>
/// <param name="Used">The file with what it uses, cached files included.</param>
/// <param name="Cached">The line of its statistics with the files that can be read again.</param>
internal sealed record ControlGroupFiles(string Limit, string Used, string Cached)
{
    /// <summary>The file with statistics, in both versions.</summary>
    internal const string Statistics = "memory.stat";

    internal static ControlGroupFiles Version1 { get; } = new("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");

    internal static ControlGroupFiles Version2 { get; } = new("memory.max", "memory.current", "inactive_file");
}
