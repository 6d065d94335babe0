using Serilog;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments.Watching;

/// <summary>Logs what the watch of a folder does, each thing once.</summary>
internal sealed class WatchLog(string folder, ILogger logger)
{
    private const int NamedAtMost = 10;

    private HashSet<string> _refused = new(StringComparer.Ordinal);
    private string? _unreadable;

    /// <summary>A deployment was made, or there was nothing to change.</summary>
    public void Deployed(DeploymentFile file, Deployment done)
    {
        var before = done.Before;
        string name = FileName(file.Module.Path);
        if (before?.Number == done.Version)
        {
            logger.Information("watch: {Function:l} version {Version} is {File:l} as it is", done.Name, done.Version, name);
            return;
        }

        var spec = done.Spec!;
        string changes = SettingChange.Describe(SettingChange.Between(before?.Spec, spec));
        logger.Information(
            "watch: deployed {Function:l} version {Version} from {File:l} ({Convention:l}){Changes:l}",
            done.Name,
            done.Version,
            name,
            SettingNames.Conventions.NameOf(spec.Convention),
            changes.Length == 0 ? "" : $": {changes}");
        if (before is not null && file.Settings.Kind is null && spec.Kind != FunctionKind.Stateless)
        {
            logger.Information("watch: {Function:l} stays {Kind:l}, which its settings no longer name: a kind only changes where it is given with changeKind", done.Name, SettingNames.Kinds.NameOf(spec.Kind));
        }
    }

    /// <summary>A module was not deployed.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="problem">Why.</param>
    /// <param name="isTriedAgain">Whether it is tried again by itself, and not only when the file changes.</param>
    public void Failed(string file, string problem, bool isTriedAgain) => logger.Warning(
        "watch: not deployed: {File:l}: {Problem:l}{Next:l}",
        FileName(file),
        problem,
        isTriedAgain ? " It is tried again." : "");

    /// <summary>Modules that cannot be deployed because of their names; logged when they become so.</summary>
    public void Refused(IReadOnlyList<WasmError> refused)
    {
        foreach (var problem in refused.Where(r => !_refused.Contains(r.Message)))
        {
            logger.Warning("watch: not deployed: {Problem:l}", problem.Message);
        }

        _refused = refused.Select(static r => r.Message).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Files that were deployed are no longer there.</summary>
    public void Removed(IReadOnlyList<(string Function, string File)> removed)
    {
        if (removed.Count > NamedAtMost)
        {
            logger.Warning(
                "watch: {Count} files were removed, {Files:l} and others. Their functions stay deployed; 'wasmactors functions delete NAME' deletes one",
                removed.Count,
                string.Join(", ", removed.Take(NamedAtMost).Select(static r => FileName(r.File))));
            return;
        }

        foreach (var (function, file) in removed)
        {
            logger.Warning("watch: {File:l} was removed. The function {Function:l} stays deployed; 'wasmactors functions delete {Function:l}' deletes it", FileName(file), function, function);
        }
    }

    /// <summary>The folder cannot be read; logged once.</summary>
    public void Unreadable(string problem)
    {
        if (problem != _unreadable)
        {
            _unreadable = problem;
            logger.Warning("watch: {Problem:l} What was deployed from it stays; it is scanned again until it can be read", problem);
        }
    }

    /// <summary>The folder can be read.</summary>
    public void Readable()
    {
        if (_unreadable is not null)
        {
            _unreadable = null;
            logger.Information("watch: the folder {Folder:l} can be read again", folder);
        }
    }

    private static string FileName(string path) => GuestText.Clean(Path.GetFileName(path), GuestText.NameLimit);
}
