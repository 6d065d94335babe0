using System.Globalization;

namespace WasmActors.Runtime.Tests.Modules.Compilation;

/// <summary>The child processes of this one that were started since, those that ended and were not waited for included.</summary>
internal sealed class ChildProcesses : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private readonly PeriodicTimer _looks = new(TimeSpan.FromMilliseconds(20));
    private readonly HashSet<int> _before = [.. Ids()];

    public ChildProcesses() => Skip.IfNot(OperatingSystem.IsLinux(), "processes are counted on Linux");

    public int Count => Ids().Count(id => !_before.Contains(id));

    public int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Waits until there are so many.</summary>
    public async Task UntilAsync(int count)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (Count != count)
        {
            await _looks.WaitForNextTickAsync(deadline.Token);
        }
    }

    public void Dispose() => _looks.Dispose();

    private static IEnumerable<int> Ids()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(static f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            if (ParentOf(folder) == Environment.ProcessId)
            {
                yield return int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            }
        }
    }

    // <id> (<name, with anything in it>) <state> <parent> …
    private static int ParentOf(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1; // It ended meanwhile.
        }
    }
}
