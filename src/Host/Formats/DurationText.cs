using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Host.Formats;

/// <summary>Durations as options take them: a decimal number and a unit, <c>500ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class DurationText
{
    private const decimal MaxDays = 100;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Ticks)[] s_units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration of more than zero and at most 100 days.</summary>
    public static bool TryParse(string text, out TimeSpan value, [NotNullWhen(false)] out string? problem)
    {
        value = default;
        problem = $"'{text}' is no duration: expected a number and a unit (ms, s, m, h), for example 500ms or 2s";
        int digits = text.AsSpan().IndexOfAnyExcept(s_digits);
        if (digits <= 0 || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }

        decimal unit = Array.Find(s_units, u => text.AsSpan(digits).Equals(u.Unit, StringComparison.OrdinalIgnoreCase)).Ticks;
        if (unit == 0)
        {
            return false;
        }

        decimal longest = MaxDays * TimeSpan.TicksPerDay / unit;
        if (number > longest || number * unit < 1)
        {
            problem = $"'{text}' is out of range: expected more than zero and at most {MaxDays} days";
            return false;
        }

        value = TimeSpan.FromTicks((long)(number * unit));
        problem = null;
        return true;
    }

    /// <summary>A duration as <see cref="TryParse"/> reads it: in the largest unit that leaves a whole number.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0";
        }

        var (unit, ticks) = s_units.Last(u => duration.Ticks % u.Ticks == 0 || u.Unit == "ms");
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks:0.####}{unit}");
    }
}
