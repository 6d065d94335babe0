namespace WasmActors.Conformance.Cli;

/// <summary>The program's exit codes.</summary>
internal static class ExitCodes
{
    /// <summary>Nothing failed.</summary>
    public const int Ok = 0;

    /// <summary>Something failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong options or paths.</summary>
    public const int Usage = 2;

    /// <summary>The program itself broke.</summary>
    public const int Internal = 70;

    /// <summary>Given up with Ctrl-C.</summary>
    public const int Cancelled = 130;
}
