using System.Collections.Frozen;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Wasi;

/// <summary>The functions of WASI preview 1, and those of them that the host provides itself.</summary>
internal static class WasiFunctions
{
    private const string ModuleName = "wasi_snapshot_preview1";
    private const string PollName = "poll_oneoff";
    private const string ExitName = "proc_exit";
    private const string MemoryExport = "memory";
    private const string ReadName = "fd_read";

    // https://github.com/WebAssembly/WASI, preview 1: the whole list; it is frozen.
    private static readonly FrozenSet<string> s_names = FrozenSet.ToFrozenSet(
    [
        "args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_res_get", "clock_time_get", "fd_advise",
        "fd_allocate", "fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags", "fd_fdstat_set_rights",
        "fd_filestat_get", "fd_filestat_set_size", "fd_filestat_set_times", "fd_pread", "fd_prestat_get",
        "fd_prestat_dir_name", "fd_pwrite", "fd_read", "fd_readdir", "fd_renumber", "fd_seek", "fd_sync", "fd_tell", "fd_write",
        "path_create_directory", "path_filestat_get", "path_filestat_set_times", "path_link", "path_open", "path_readlink",
        "path_remove_directory", "path_rename", "path_symlink", "path_unlink_file", "poll_oneoff", "proc_exit", "proc_raise",
        "sched_yield", "random_get", "sock_accept", "sock_recv", "sock_send", "sock_shutdown",
    ]);

    private static readonly FrozenDictionary<string, HostFunc> s_own = new Dictionary<string, Delegate>(StringComparer.Ordinal)
    {
        // Wasmtime's refuses statuses above 125; programs have 8 bits.
        [ExitName] = new Action<int>(static status => throw new WasiExit(status)),

        // So that poll_oneoff's absolute times mean the same clock.
        ["clock_time_get"] = new Func<WasmCaller, int, long, int, int>(ClockTimeGet),
    }.ToFrozenDictionary(static f => f.Key, static f => HostFunc.Create(f.Value, $"{ModuleName}::{f.Key}"), StringComparer.Ordinal);

    // Wasmtime's outlives the deadline. The second of each is for guests that can be paused: no thread is held.
    private static readonly (HostFunc Holds, ServedFunc Parks) s_poll = Waiting(PollName, WasiPoll.Poll, WasiPoll.Begin);
    private static readonly (HostFunc Holds, ServedFunc Parks) s_read = Waiting(ReadName, WasiRead.Read, WasiRead.Begin);

    internal static bool Has(string module, string name) => module == ModuleName && s_names.Contains(name);

    /// <summary>Whether an import is the function by which programs sleep.</summary>
    internal static bool IsPoll(ImportType import) => import is { Module: ModuleName, Name: PollName };

    /// <summary>Whether an import is the function by which programs read standard input.</summary>
    internal static bool IsRead(ImportType import) => import is { Module: ModuleName, Name: ReadName };

    /// <summary>Throws where a module with WASI imports its memory and does not export it: WASI's functions look for the export.</summary>
    /// <exception cref="WasmError"><c>link.wasi_needs_memory</c></exception>
    internal static void RequireMemory(WasmModule module, List<(ImportType Import, object Definition)> imports)
    {
        var memory = imports.Find(static i => i.Import.Type is MemoryType).Import;
        var needs = memory is null ? null : imports.Find(static i => ReferenceEquals(i.Definition, LinkedModule.FromWasi) && i.Import.Name != ExitName).Import;
        if (needs is not null && !module.Exports.Any(static export => export is { Name: MemoryExport, Type: MemoryType }))
        {
            throw new WasmError(
                ErrorCode.WasiNeedsMemory,
                $"The module imports its memory ({memory!.ShownName}) and {needs.ShownName}, but WASI's functions reach a memory by the export '{MemoryExport}', which it has not. Export the memory too (wasm-ld: --export-memory), or define the functions of WASI that it needs as host functions.");
        }
    }

    /// <summary>Puts the host's own functions over Wasmtime's.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="linker"><c>wasmtime_linker_t*</c></param>
    /// <param name="variant">Which functions those are.</param>
    internal static void DefineOwn(WasmEngine engine, nint linker, WasiVariant variant)
    {
        foreach (var (name, function) in s_own)
        {
            HostBridge.Define(engine, linker, ModuleName, name, function);
        }

        DefineWaiting(engine, linker, s_poll, variant);
        if (variant.HasFlag(WasiVariant.OwnInput))
        {
            DefineWaiting(engine, linker, s_read, variant);
        }
    }

    private static void DefineWaiting(WasmEngine engine, nint linker, (HostFunc Holds, ServedFunc Parks) function, WasiVariant variant)
    {
        if (variant.HasFlag(WasiVariant.Parks))
        {
            ServedBridge.Define(engine, linker, ModuleName, function.Parks.Name, function.Parks);
        }
        else
        {
            HostBridge.Define(engine, linker, ModuleName, function.Parks.Name, function.Holds);
        }
    }

    private static (HostFunc Holds, ServedFunc Parks) Waiting(string name, Func<WasmCaller, int, int, int, int, int> hold, Func<WasmCaller, int, int, int, int, WasiWait> begin)
    {
        var holds = HostFunc.Create(hold, $"{ModuleName}::{name}");
        return (holds, new ServedFunc(ModuleName, name, holds.Type)
        {
            Begin = (caller, args) => begin(caller, args[0].AsI32(), args[1].AsI32(), args[2].AsI32(), args[3].AsI32()),
        });
    }

    // errno clock_time_get(clockid clock, timestamp precision, timestamp* time)
    private static int ClockTimeGet(WasmCaller caller, int clock, long precision, int time)
    {
        if (caller.Store.Wasi.Clock.Read(clock) is not { } now)
        {
            return WasiErrno.BadDescriptor; // As Wasmtime answers for the clocks of processor time.
        }

        var memory = new WasiMemory(caller);
        memory.RequireRoom(time, sizeof(ulong), alignment: sizeof(uint)); // of 4: guests that were written by hand have it so
        memory.Write(time, BitConverter.GetBytes(now));
        return WasiErrno.Success;
    }
}
