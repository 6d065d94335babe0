namespace WasmActors.Conformance.Reports;

/// <summary>Something that Wasmtime itself cannot do. A form that fails because of it is skipped; one that passes is passed.</summary>
internal sealed record KnownLimit
{
    /// <summary>End of the script's path, or a folder with a slash at its end; null for any script.</summary>
    public string? File { get; init; }

    /// <summary>The word that the form begins with; null for any.</summary>
    public string? Form { get; init; }

    /// <summary>Lines of the forms; null for all of the file.</summary>
    public int[]? Lines { get; init; }

    /// <summary>A part of what came instead; null for anything.</summary>
    public string? Actual { get; init; }

    /// <summary>Why it cannot be done.</summary>
    public required string Reason { get; init; }

    /// <summary>How we know.</summary>
    public required string Evidence { get; init; }

    /// <summary>Whether it explains a failure.</summary>
    /// <param name="path">The script.</param>
    /// <param name="failure">The failure.</param>
    public bool Explains(string path, FormResult failure)
    {
        string slashed = "/" + path.Replace('\\', '/');
        return (File is null || (File.EndsWith('/') ? slashed.Contains("/" + File, StringComparison.Ordinal) : slashed.EndsWith("/" + File, StringComparison.Ordinal)))
            && (Form is null || Form == failure.Form)
            && (Lines is null || Lines.Contains(failure.Line))
            && (Actual is null || failure.Actual?.Contains(Actual, StringComparison.Ordinal) == true);
    }
}
