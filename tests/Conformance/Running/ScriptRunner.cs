using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Scripts;

namespace WasmActors.Conformance.Running;

/// <summary>Runs scripts, each in a store of its own.</summary>
internal sealed class ScriptRunner(ConformanceHost host, KnownLimits limits, RunGate gate)
{
    /// <summary>Runs a file to its end. What goes wrong is in the report, that it cannot be read included.</summary>
    public async Task<FileReport> RunFileAsync(string path)
    {
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            var tally = new FileTally(path);
            var problem = new FormResult(0, "", Outcome.Failed, "a file that can be read", unreadable.Message, null);
            tally.Add(problem);
            gate.Note(problem);
            return tally.ToReport();
        }

        return await RunAsync(path, bytes);
    }

    /// <summary>Runs a script.</summary>
    /// <param name="path">The name to report it by, and where files that it includes are looked for.</param>
    /// <param name="script">The script, UTF-8.</param>
    public async Task<FileReport> RunAsync(string path, ReadOnlyMemory<byte> script)
    {
        var tally = new FileTally(path);
        try
        {
            await using var session = await host.OpenAsync();
            var run = new SessionRun(host, session, limits, path, tally, gate);
            await run.RunAsync(Script.Read(script.Span).Commands);
            await run.JoinAsync();
        }
        catch (Exception broken)
        {
            // A store that cannot be made, or does not end: the host's fault, and no reason to drop the figures of other files.
            var problem = new FormResult(0, "", Outcome.Failed, "the script to be run to its end", $"{broken.GetType().Name}: {broken.Message}", null);
            tally.Add(problem);
            gate.Note(problem);
        }

        return tally.ToReport();
    }
}
