using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Host.Formats;

/// <summary>Reads an option's value.</summary>
/// <param name="text">What the user wrote.</param>
/// <param name="value">The value.</param>
/// <param name="problem">What is wrong, what was expected, an example; null when it was read.</param>
internal delegate bool TextParser<T>(string text, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out string? problem);
