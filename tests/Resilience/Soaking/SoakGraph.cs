using ScottPlot;
using SkiaSharp;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Soaking;

/// <summary>Draws the resident memory over time, with the moments after the faults.</summary>
internal static class SoakGraph
{
    private const int Width = 1200;
    private const int Height = 600;
    private const double Mebi = 1 << 20;

    internal static void Write(string path, IReadOnlyList<(TimeSpan At, long Bytes)> memory, IReadOnlyList<(TimeSpan At, long Bytes)> kept, double perHour)
    {
        if (!SKFontManager.Default.FontFamilies.Any())
        {
            ScenarioRun.Tell("No font is installed: the graph has no text. A package of fonts, such as fonts-dejavu-core, gives it some.");
        }

        using var plot = new Plot();
        double[] minutes = [.. memory.Select(static m => m.At.TotalMinutes)];
        double[] resident = [.. memory.Select(static m => m.Bytes / Mebi)];
        var all = plot.Add.ScatterLine(minutes, resident, Colors.SteelBlue);
        all.LegendText = "resident memory";
        double[] faults = [.. kept.Select(static k => k.At.TotalMinutes)];
        double[] levels = [.. kept.Select(static k => k.Bytes / Mebi)];
        var points = plot.Add.ScatterPoints(faults, levels, Colors.OrangeRed);
        points.LegendText = "after a fault and a collection";
        double most = memory.Max(static m => m.Bytes) / Mebi;
        plot.Axes.SetLimits(0, memory[^1].At.TotalMinutes, 0, most * 1.15);
        plot.Title($"Resident memory under mixed load with faults: {MemoryWatch.Text(perHour)} per hour");
        plot.XLabel("time, minutes");
        plot.YLabel("resident memory, MiB");
        plot.ShowLegend(Alignment.LowerRight);
        plot.SavePng(path, Width, Height);
    }
}
