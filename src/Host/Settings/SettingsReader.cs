using System.Globalization;
using Microsoft.Extensions.Configuration;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Limits;

namespace WasmActors.Host.Settings;

/// <summary>
/// Reads the settings below <c>WasmActors</c> and keeps a list of all that is wrong with them: values that are not allowed, and names
/// that nothing reads. Names are as in appsettings.json, with colons.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    /// <summary>What all names begin with.</summary>
    public const string Root = "WasmActors";

    private const string None = "none";

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];

    /// <summary>Full names of what was asked for.</summary>
    public IReadOnlyCollection<string> Known => _known;

    /// <summary>A text. Empty means that it is not set.</summary>
    public string Text(string name, string byDefault) => Value(name) is { Length: > 0 } text ? text : byDefault;

    /// <summary>Texts in the order of their numbers, <c>Name:0</c>, <c>Name:1</c>, …</summary>
    public IReadOnlyList<string> Texts(string name, params string[] byDefault)
    {
        _known.Add(Full(name));
        var section = configuration.GetSection(Full(name));
        var children = section.GetChildren().ToList();
        if (section.Value is { Length: > 0 } && children.Count == 0)
        {
            Problem(name, $"is '{section.Value}'; expected is a list: [\"…\"], or {Full(name)}:0 and so on");
        }

        foreach (var child in children)
        {
            _known.Add(child.Path);
        }

        return children.Count > 0 ? [.. children.Select(static c => c.Value ?? "").Where(static v => v.Length > 0)] : byDefault;
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int byDefault, int least, int most)
    {
        if (Value(name) is not { Length: > 0 } text)
        {
            return byDefault;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        Problem(name, string.Create(CultureInfo.InvariantCulture, $"is '{text}'; allowed is a whole number from {least} to {most}"));
        return byDefault;
    }

    /// <summary>A whole number that need not be set.</summary>
    public int? OptionalNumber(string name, int least, int most) => Value(name) is { Length: > 0 } ? Number(name, 0, least, most) : null;

    /// <summary>A size in bytes, such as 64MiB.</summary>
    public long Size(string name, long byDefault, long least, long most)
    {
        if (Value(name) is not { Length: > 0 } text)
        {
            return byDefault;
        }

        if (SizeText.TryParse(text, out long size, out _) && size >= least && size <= most)
        {
            return size;
        }

        Problem(name, $"is '{text}'; allowed is a size from {SizeText.Format(least)} to {SizeText.Format(most)}, such as 16MiB");
        return byDefault;
    }

    /// <summary>A number that need not be bounded, as a count or a size; <c>none</c> for no bound.</summary>
    public long? Bound(string name, long? byDefault, long least, long most)
    {
        if (Value(name) is not { Length: > 0 } text)
        {
            return byDefault;
        }

        if (text.Equals(None, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (SizeText.TryParse(text, out long size, out _) && size >= least && size <= most)
        {
            return size;
        }

        Problem(name, string.Create(CultureInfo.InvariantCulture, $"is '{text}'; allowed is a number from {least} to {most}, a size such as 16MiB, or {None}"));
        return byDefault;
    }

    /// <summary>A list of features of WebAssembly; <c>none</c> for none.</summary>
    public WasmFeatures Features(string name, WasmFeatures byDefault)
    {
        var names = Texts(name);
        if (names.Count == 0)
        {
            return byDefault;
        }

        var features = WasmFeatures.None;
        foreach (string text in names.Where(static t => !t.Equals(None, StringComparison.OrdinalIgnoreCase)))
        {
            if (FeatureText.TryParse(text, out var feature, out _))
            {
                features |= feature;
            }
            else
            {
                Problem(name, $"has '{text}'; allowed are {FeatureText.Names}, and {None} alone");
            }
        }

        return features;
    }

    /// <summary>A duration, such as 10s.</summary>
    public TimeSpan Duration(string name, TimeSpan byDefault, TimeSpan least, TimeSpan most)
    {
        if (Value(name) is not { Length: > 0 } text)
        {
            return byDefault;
        }

        if (text == "0" && least == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        if (DurationText.TryParse(text, out var duration, out _) && duration >= least && duration <= most)
        {
            return duration;
        }

        Problem(name, $"is '{text}'; allowed is a duration from {DurationText.Format(least)} to {DurationText.Format(most)}, such as 500ms, 10s or 2m");
        return byDefault;
    }

    /// <summary>A switch.</summary>
    public bool Switch(string name, bool byDefault)
    {
        if (Value(name) is not { Length: > 0 } text)
        {
            return byDefault;
        }

        if (bool.TryParse(text, out bool on))
        {
            return on;
        }

        Problem(name, $"is '{text}'; allowed are true and false");
        return byDefault;
    }

    /// <summary>One of several words, by number in the list.</summary>
    public T Choice<T>(string name, params ReadOnlySpan<(string Word, T Meaning)> choices)
    {
        string text = Value(name) ?? "";
        foreach (var (word, meaning) in choices)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return meaning;
            }
        }

        if (text.Length > 0)
        {
            Problem(name, $"is '{text}'; allowed are {string.Join(", ", choices.ToArray().Select(static c => c.Word))}");
        }

        return choices[0].Meaning;
    }

    /// <summary>Notes what is wrong with a setting.</summary>
    /// <param name="name">Its name without <see cref="Root"/>.</param>
    /// <param name="problem">What it is and what is allowed.</param>
    public void Problem(string name, string problem) => _problems.Add($"{Full(name)} {problem}.");

    /// <summary>Ends the reading.</summary>
    /// <exception cref="SettingsException">Something is wrong, or a name is set that nothing reads.</exception>
    public void Finish()
    {
        foreach (string unknown in Leaves(configuration.GetSection(Root)).Where(path => !_known.Contains(path)))
        {
            string? near = _known.MinBy(known => NearestWord.Distance(known, unknown));
            _problems.Add($"{unknown} is no setting{(near is not null && NearestWord.Distance(near, unknown) <= 4 ? $"; did you mean {near}?" : ". docs/settings.md lists them all.")}");
        }

        if (_problems.Count > 0)
        {
            throw new SettingsException(_problems);
        }
    }

    private string? Value(string name)
    {
        string full = Full(name);
        _known.Add(full);
        if (configuration.GetSection(full).GetChildren().Any())
        {
            Problem(name, "is a list or an object; expected is one value");
            foreach (string leaf in Leaves(configuration.GetSection(full)))
            {
                _known.Add(leaf);
            }
        }

        return configuration[full]?.Trim();
    }

    private static string Full(string name) => $"{Root}:{name}";

    private static IEnumerable<string> Leaves(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        return children.Count == 0
            ? section.Value is null ? [] : [section.Path]
            : children.SelectMany(Leaves);
    }
}
