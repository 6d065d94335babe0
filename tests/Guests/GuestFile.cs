using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Guests;

/// <summary>A guest's file on this machine, or the reason why it can't be had here.</summary>
/// <param name="Path">The file's absolute path; null when it is missing.</param>
/// <param name="MissingBecause">Why it is missing, fit to skip a test with; null when it is there.</param>
public sealed record GuestFile(string? Path, string? MissingBecause)
{
    /// <summary>Whether the file can't be had on this machine.</summary>
    [MemberNotNullWhen(true, nameof(MissingBecause))]
    [MemberNotNullWhen(false, nameof(Path))]
    public bool IsMissing => Path is null;

    internal static GuestFile At(string path) => new(path, MissingBecause: null);

    internal static GuestFile Missing(string reason) => new(Path: null, reason);
}
