using ScottPlot;
using SkiaSharp;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Soaking;

/// <summary>Draws the resident memory over time, with the faults.</summary>
internal static class SoakGraph
{
    private const int Width = 1200;
    private const int Height = 600;
    private const double Mebi = 1 << 20;

    internal static void Write(string path, IReadOnlyList<(TimeSpan At, long Bytes)> memory, IReadOnlyList<(double X, double Y)> medians, IReadOnlyList<(TimeSpan At, string Fault)> faults, double perHour)
    {
        if (!SKFontManager.Default.FontFamilies.Any())
        {
            ScenarioRun.Tell("No font is installed: the graph has no text. A package of fonts, such as fonts-dejavu-core, gives it some.");
        }

        using var plot = new Plot();
        foreach (var (at, _) in faults)
        {
            plot.Add.VerticalLine(at.TotalMinutes, 1, Colors.LightGray).LegendText = "";
        }

        plot.Add.VerticalLine(-1, 1, Colors.LightGray).LegendText = "a fault";
        double[] minutes = [.. memory.Select(static m => m.At.TotalMinutes)];
        double[] resident = [.. memory.Select(static m => m.Bytes / Mebi)];
        var all = plot.Add.ScatterLine(minutes, resident, Colors.SteelBlue);
        all.LegendText = "resident memory";
        double[] middles = [.. medians.Select(static m => m.X * 60)];
        double[] levels = [.. medians.Select(static m => m.Y / Mebi)];
        var middle = plot.Add.ScatterPoints(middles, levels, Colors.OrangeRed);
        middle.LegendText = "medians that the slope is taken of";
        double most = memory.Max(static m => m.Bytes) / Mebi;
        plot.Axes.SetLimits(0, memory[^1].At.TotalMinutes, 0, most * 1.15);
        plot.Title($"Resident memory under mixed load with faults: {MemoryWatch.Text(perHour)} per hour");
        plot.XLabel("time, minutes");
        plot.YLabel("resident memory, MiB");
        plot.ShowLegend(Alignment.LowerRight);
        plot.SavePng(path, Width, Height);
    }
}
