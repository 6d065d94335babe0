namespace WasmActors.Resilience.Measuring;

/// <summary>How a figure grows with another.</summary>
internal static class Trend
{
    /// <summary>
    /// The median of the slopes between all pairs of points: some points far off do not bend it, as they do the line of least squares.
    /// Zero for fewer than two points.
    /// </summary>
    internal static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        var slopes = new List<double>();
        for (int i = 0; i < points.Count; i++)
        {
            for (int j = i + 1; j < points.Count; j++)
            {
                if (points[j].X > points[i].X)
                {
                    slopes.Add((points[j].Y - points[i].Y) / (points[j].X - points[i].X));
                }
            }
        }

        slopes.Sort();
        return slopes.Count == 0 ? 0 : slopes[slopes.Count / 2];
    }
}
