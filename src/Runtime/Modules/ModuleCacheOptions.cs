using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Runtime.Modules;

/// <summary>What a <see cref="ModuleCache"/> keeps, and where.</summary>
public sealed record ModuleCacheOptions
{
    /// <summary>The folder of compiled modules; default null: <c>wasmactors/modules</c> in the user's cache
    /// (<c>$XDG_CACHE_HOME</c>, else <c>~/.cache</c>). It is made when missing. Caches and processes may share it.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether compiled modules are kept on disk at all. Default true.</summary>
    public bool OnDisk { get; init; } = true;

    /// <summary>Most bytes of the folder's compiled modules, of all engines; the least recently loaded or written go first.
    /// Default 2 GiB.</summary>
    public long MaxDiskBytes { get; init; } = 2L << 30;

    /// <summary>Most modules kept in memory; the least recently asked for are forgotten first. Default 1,000.</summary>
    public int MaxModules { get; init; } = 1000;

    /// <summary>Where modules are compiled. Default <see cref="CompileIsolation.InProcess"/>: for modules that are trusted.</summary>
    public CompileIsolation Isolation { get; init; } = CompileIsolation.InProcess;

    /// <summary>What compiling a module may use with <see cref="CompileIsolation.ChildProcess"/>.</summary>
    public CompileLimits CompileLimits { get; init; } = new();

    /// <summary>How large modules may be; looked at before anything else is done with them. Default null: the defaults of
    /// <see cref="ModuleLimits"/> with <see cref="CompileIsolation.ChildProcess"/>, none otherwise.</summary>
    public ModuleLimits? ModuleLimits { get; init; }

    internal ModuleLimits EffectiveLimits => ModuleLimits
        ?? (Isolation == CompileIsolation.ChildProcess ? new ModuleLimits() : Limits.ModuleLimits.None);

    internal string FolderPath => Folder is null ? Path.Combine(UserCache(), "wasmactors", "modules") : Path.GetFullPath(Folder);

    internal void Check()
    {
        CompileLimits.Check();
        if (MaxDiskBytes < 0)
        {
            throw new WasmError(ErrorCode.BadSettings, $"ModuleCacheOptions.MaxDiskBytes is {MaxDiskBytes}; it cannot be negative.");
        }

        if (MaxModules < 1)
        {
            throw new WasmError(ErrorCode.BadSettings, $"ModuleCacheOptions.MaxModules is {MaxModules}; it must be at least 1.");
        }

        if (Folder is { } folder && (folder.Length == 0 || folder.Contains('\0')))
        {
            throw new WasmError(ErrorCode.BadSettings, "ModuleCacheOptions.Folder is no path.");
        }
    }

    private static string UserCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathRooted(cache))
        {
            return cache;
        }

        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
