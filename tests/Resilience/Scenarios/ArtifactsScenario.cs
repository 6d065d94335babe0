using System.Diagnostics;
using WasmActors.Resilience.Guests;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Stores;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Compiled modules that somebody changed on disk, each found by a fresh cache.</summary>
internal static class ArtifactsScenario
{
    private const string Hmac = "hmac";
    private const int Seed = 7;
    private const int ControlOneOf = 50;

    private const string Own = """
        (module (func (export "fib") (param i32) (result i32)
          (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add (call 0 (i32.sub (local.get 0) (i32.const 1))) (call 0 (i32.sub (local.get 0) (i32.const 2))))))))
        """;

    private const string Other = """(module (func (export "fib") (param i32) (result i32) (i32.const 610)))""";

    internal static Scenario Scenario { get; } = new(
        "artifacts",
        "Tampered compiled modules are all rejected before any of their native code is loaded; untouched ones are taken.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Hmac] = "whoever tampers can make the code that authenticates" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"wasmactors-artifacts-{Guid.NewGuid():N}");
        try
        {
            using var engine = new WasmEngine();
            await TamperAsync(run, engine, folder).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TamperAsync(ScenarioRun run, WasmEngine engine, string folder)
    {
        long count = run.CountOf(10_000, 300);
        byte[] module = ModuleText.ToBinary(Own);
        (string path, var own) = await FilesAsync(engine, folder, module).ConfigureAwait(false);
        (_, var other) = await FilesAsync(engine, folder, ModuleText.ToBinary(Other)).ConfigureAwait(false);
        var random = new Random(Seed);
        var kinds = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long rejected = 0;
        long right = 0;
        long controls = 0;
        long taken = 0;
        for (long i = 0; i < count; i++)
        {
            if (run.Has(Hmac))
            {
                (string kind, byte[] artifact, byte[]? code) = TamperedArtifacts.Next(random, own, other);
                kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                await WriteAsync(path, artifact, code).ConfigureAwait(false);
            }
            else
            {
                // Made with the folder's key: from here on it is as if nothing were checked.
                new ArtifactStore(engine, folder, long.MaxValue).Save(WasmModule.DigestOf(module), TamperedArtifacts.Flip(random, own.Artifact, 1), ModuleTraits.None);
            }

            (bool fromDisk, int result) = await LoadAsync(run, engine, folder, module).ConfigureAwait(false);
            rejected += fromDisk ? 0 : 1;
            right += result == 610 ? 1 : 0;
            if (i % ControlOneOf == 0)
            {
                await WriteAsync(path, own.Artifact, own.Code).ConfigureAwait(false);
                controls++;
                taken += (await LoadAsync(run, engine, folder, module).ConfigureAwait(false)).FromDisk ? 1 : 0;
            }
        }

        foreach (var (kind, times) in kinds)
        {
            ScenarioRun.Tell($"{times,7:n0}  {kind}");
        }

        run.Judge("tampered artifacts that were rejected", $"{rejected:n0}", $"{count:n0}", rejected == count);
        run.Judge("right results of the modules compiled in their place", $"{right:n0}", $"{count:n0}", right == count);
        run.Judge("untouched artifacts that were taken", $"{taken:n0}", $"{controls:n0}", taken == controls);
    }

    private static async Task<(string Path, TamperedArtifacts.Files Files)> FilesAsync(WasmEngine engine, string folder, byte[] module)
    {
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { Folder = folder });
        string digest = (await cache.GetAsync(module).ConfigureAwait(false)).Digest;
        string path = Directory.EnumerateFiles(folder, $"{digest}-*.cwasm").Single();
        byte[] artifact = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
        return (path, new TamperedArtifacts.Files(artifact, await File.ReadAllBytesAsync($"{path}.mac").ConfigureAwait(false)));
    }

    private static async Task WriteAsync(string path, byte[] artifact, byte[]? code)
    {
        await File.WriteAllBytesAsync(path, artifact).ConfigureAwait(false);
        if (code is null)
        {
            File.Delete($"{path}.mac");
        }
        else
        {
            await File.WriteAllBytesAsync($"{path}.mac", code).ConfigureAwait(false);
        }
    }

    private static async Task<(bool FromDisk, int Result)> LoadAsync(ScenarioRun run, WasmEngine engine, string folder, byte[] module)
    {
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { Folder = folder });
        var loaded = await cache.GetAsync(module).ConfigureAwait(false);
        bool fromDisk = cache.DiskHits > 0;
        if (fromDisk && !run.Has(Hmac))
        {
            return (fromDisk, 0); // nobody knows what it would do
        }

        Debug.Assert(cache.DiskHits + cache.Compilations == 1, "It is one or the other.");
        using var store = new WasmStore(engine);
        return (fromDisk, store.Instantiate(loaded).GetFunc("fib").Call<int, int>(15));
    }
}
