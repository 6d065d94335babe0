using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Limits;

/// <summary>What a new memory or table wants of a store's total, in bytes or elements.</summary>
/// <param name="Minimum">Size at the start.</param>
/// <param name="Maximum">Most that it can grow to; <see cref="long.MaxValue"/> for no end.</param>
/// <param name="Export">A name under which its instance exports it, so that its size can be asked for; null for none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Claim(long Minimum, long Maximum, string? Export)
{
    /// <summary>One of which nothing is known.</summary>
    public static Claim Unknown => new(0, long.MaxValue, null);
}
