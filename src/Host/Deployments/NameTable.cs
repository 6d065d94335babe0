using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>The values of a choice by the names that they have in JSON.</summary>
/// <param name="member">What is chosen, as JSON calls it.</param>
/// <param name="entries">Names and values; the first is the default.</param>
internal sealed class NameTable<T>(string member, params (string Name, T Value)[] entries)
    where T : struct, Enum
{
    /// <summary>All names, the default's first.</summary>
    public IEnumerable<string> Names => entries.Select(static e => e.Name);

    /// <summary>A value's name.</summary>
    public string NameOf(T value) => Array.Find(entries, e => EqualityComparer<T>.Default.Equals(e.Value, value)).Name
        ?? throw new ArgumentOutOfRangeException(nameof(value), value, $"There is no such {member}.");

    /// <summary>Reads a name; null for null.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public T? Read(string? name)
    {
        if (name is null)
        {
            return null;
        }

        int at = Array.FindIndex(entries, e => e.Name == name);
        return at >= 0
            ? entries[at].Value
            : throw new WasmError(FunctionErrorCode.BadSpec, $"{member} is '{GuestText.Clean(name, GuestText.NameLimit)}'; allowed is {string.Join(" or ", Names)}.");
    }
}
