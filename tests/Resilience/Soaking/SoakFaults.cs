using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Guests.Hostile;
using WasmActors.Resilience.Guests;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Soaking;

/// <summary>What goes wrong meanwhile: one fault after the other, each to its end.</summary>
internal sealed class SoakFaults : IDisposable
{
    private const int Storm = 2000;
    private const int Endless = 8;
    private const int Flood = 5000;
    private const int Places = 32;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(500);

    private readonly WasmHost _host;
    private readonly SoakLoad _load;
    private readonly ModuleCache _isolated;
    private readonly HostileModules _hostile = new(1);
    private readonly (string Name, Func<Task> Do)[] _faults;
    private int _next;

    internal SoakFaults(WasmHost host, SoakLoad load)
    {
        _host = host;
        _load = load;
        _isolated = new ModuleCache(host.Engine, new ModuleCacheOptions
        {
            OnDisk = false,
            MaxModules = 1,
            Isolation = CompileIsolation.ChildProcess,
            ModuleLimits = ModuleLimits.None,
            CompileLimits = new CompileLimits { CpuTime = TimeSpan.FromSeconds(1), MemoryBytes = 128 << 20, KeepReady = TimeSpan.Zero },
        });
        _faults =
        [
            ("traps", () => StormAsync("trap", "trap.unreachable")),
            ("endless guests", EndlessAsync),
            ("interrupted stores", InterruptAsync),
            ("a compile bomb", BombAsync),
            ("hostile modules", HostileAsync),
            ("a flood of calls", FloodAsync),
            ("all stores stopped", StopAllAsync),
        ];
    }

    /// <summary>Lets the next fault happen; the answer is its name.</summary>
    internal async Task<string> NextAsync()
    {
        var (name, fault) = _faults[_next++ % _faults.Length];
        await fault().ConfigureAwait(false);
        return name;
    }

    public void Dispose() => _isolated.Dispose();

    private async Task StormAsync(string function, string code)
    {
        for (int i = 0; i < Storm; i++)
        {
            string answer = await CodeAsync(_load.Instance(i).GetFunc(function), default).ConfigureAwait(false);
            _load.Require(answer == code || answer is ErrorCode.StoreGone, answer);
        }
    }

    private async Task EndlessAsync()
    {
        var spec = new StoreSpec { AfterInterrupt = FailurePolicy.Stop, Options = new StoreOptions { Mode = ExecutionMode.Preemptive, Limits = new StoreLimits { Deadline = s_deadline } } };
        await Task.WhenAll(Enumerable.Range(0, Endless).Select(async i =>
        {
            var module = await _host.LoadTextAsync(EndlessGuests.All.Values.ElementAt(i % EndlessGuests.All.Count)).ConfigureAwait(false);
            var store = await _host.CreateStoreAsync(spec).ConfigureAwait(false);
            try
            {
                var instance = await store.InstantiateAsync(module, new ImportSet().DefineWasi()).ConfigureAwait(false);
                await instance.GetFunc("run").CallAsync<Nothing>().ConfigureAwait(false);
                _load.Require(false, "an endless guest returned");
            }
            catch (WasmException failure)
            {
                _load.Require(failure.Code == ErrorCode.DeadlineExceeded, failure.Code);
            }

            await store.StopAsync().ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    // Calls of the load that wait behind them find their stores replaced.
    private async Task InterruptAsync()
    {
        for (int slot = 0; slot < Places; slot += 4)
        {
            string answer = await CodeAsync(_load.Instance(slot).GetFunc("spin"), TimeSpan.FromMilliseconds(20)).ConfigureAwait(false);
            _load.Require(answer is ErrorCode.DeadlineExceeded or ErrorCode.StoreGone or ErrorCode.StoreLost, answer);
            await _load.RefreshAsync(slot).ConfigureAwait(false); // a fresh memory, as the load expects it
        }
    }

    private async Task BombAsync()
    {
        try
        {
            await _isolated.GetAsync(CompileBombs.Make(nameof(CompileBombs.LocalsTimesLoops), 0.7)).ConfigureAwait(false);
            _load.Require(false, "a bomb was compiled");
        }
        catch (WasmError refused)
        {
            _load.Require(refused.Code == ErrorCode.ModuleTooExpensive, refused.Code);
        }
    }

    private async Task HostileAsync()
    {
        for (int i = 0; i < 200; i++)
        {
            try
            {
                var module = await _host.LoadAsync(_hostile.Next()).ConfigureAwait(false);
                var store = await _host.CreateStoreAsync(new StoreSpec { Options = new StoreOptions { Mode = ExecutionMode.Preemptive, Limits = new StoreLimits { Deadline = s_deadline / 10, MemoryBytes = 16 << 20 } } }).ConfigureAwait(false);
                try
                {
                    await store.InstantiateAsync(module, new ImportSet { Unknown = UnknownImports.Trap }.DefineWasi()).ConfigureAwait(false);
                }
                finally
                {
                    await store.StopAsync().ConfigureAwait(false);
                }
            }
            catch (WasmException)
            {
                // An answer like any other.
            }
        }
    }

    private async Task FloodAsync()
    {
        var store = await _host.CreateStoreAsync(new StoreSpec { QueueLimit = 100 }).ConfigureAwait(false);
        var work = (await store.InstantiateAsync(await _host.LoadTextAsync(WorkGuest.Text).ConfigureAwait(false)).ConfigureAwait(false)).GetFunc("work");
        string[] answers = await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => CodeAsync(work, default, 10_000))).ConfigureAwait(false);
        _load.Require(answers.All(static a => a is "" or ErrorCode.Busy), string.Join(", ", answers.Distinct(StringComparer.Ordinal)));
        await store.StopAsync().ConfigureAwait(false);
    }

    private async Task StopAllAsync()
    {
        for (int slot = 0; slot < Places; slot++)
        {
            await _load.RefreshAsync(slot).ConfigureAwait(false);
        }
    }

    // The failure's code; empty for a result.
    private static async Task<string> CodeAsync(FuncRef function, CallOptions options, params object?[] arguments)
    {
        try
        {
            await function.CallAsync(options, arguments).ConfigureAwait(false);
            return "";
        }
        catch (WasmException failure)
        {
            return failure.Code;
        }
    }
}
