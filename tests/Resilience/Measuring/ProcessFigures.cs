using System.Globalization;

namespace WasmActors.Resilience.Measuring;

/// <summary>What this process holds of the system's, at one moment.</summary>
/// <param name="Mappings">Memory mappings.</param>
/// <param name="Files">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessFigures(int Mappings, int Files, int Threads)
{
    private const string Folder = "/proc/self";

    internal static bool AreKnown => File.Exists($"{Folder}/status");

    /// <summary>Memory of the process that lies in the machine's, in bytes.</summary>
    internal static long ResidentBytes => long.Parse(Status("VmRSS:").Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture) * 1024;

    /// <summary>Processes that this one started and that have not ended.</summary>
    internal static int Children
    {
        get
        {
            string me = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            int children = 0;
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
            {
                if (ParentOf(folder) == me)
                {
                    children++;
                }
            }

            return children;
        }
    }

    internal static ProcessFigures Read() => new(
        File.ReadLines($"{Folder}/maps").Count(),
        Directory.EnumerateFileSystemEntries($"{Folder}/fd").Count(),
        int.Parse(Status("Threads:"), CultureInfo.InvariantCulture));

    public override string ToString() => $"{Mappings} mappings, {Files} files, {Threads} threads";

    private static string Status(string name) =>
        File.ReadLines($"{Folder}/status").First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();

    // "pid (name) state parent …"; the name may have any characters.
    private static string? ParentOf(string folder)
    {
        if (!char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        {
            return null;
        }

        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] rest = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return rest[0] == "Z" ? null : rest[1];
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }
}
