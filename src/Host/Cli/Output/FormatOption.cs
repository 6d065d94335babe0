using System.CommandLine;

namespace WasmActors.Host.Cli.Output;

/// <summary><c>-o table|json</c>.</summary>
internal sealed class FormatOption : Option<OutputFormat>
{
    public FormatOption()
        : base("--output", "-o")
    {
        HelpName = "table|json";
        Description = "Tables for people, JSON for programs. [default: table]";
        this.AcceptOnlyFromAmong("table", "json");
    }
}
