using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Registry;
using WasmActors.Functions.Modules;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Functions.Deploying;

/// <summary>
/// Deploys functions from this node. A deployment is worked out from the active version, checked in the order of what the checks cost, and
/// offered to the catalogue on the condition that the active version is still the same. If it is not, everything begins again.
/// </summary>
/// <param name="runtime">The node.</param>
/// <param name="change">Has the catalogue changed; done once this node knows it.</param>
internal sealed class FunctionDeployer(FunctionRuntime runtime, Func<CatalogueProtocol.Deploy, CancellationToken, Task<Deployment>> change)
{
    private const int Attempts = 8;

    // News of another node's deployment is on its way for no longer, unless the cluster is in trouble.
    private static readonly TimeSpan s_news = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_newsAfterConflict = TimeSpan.FromSeconds(15);

    /// <summary>Deploys a function.</summary>
    /// <param name="name">The function.</param>
    /// <param name="module">The module, binary or text; null for the one that the specification names by its digest.</param>
    /// <param name="settings">Makes the specification from the active version's, or from the defaults for a function that is new. May be called
    /// several times.</param>
    /// <param name="options">How it is made.</param>
    /// <param name="cancellation">Gives the wait up; the deployment may be made all the same.</param>
    internal async Task<Deployment> DeployAsync(string name, ReadOnlyMemory<byte>? module, Func<FunctionSpec, FunctionSpec> settings, DeployOptions options, CancellationToken cancellation)
    {
        FunctionNames.Check(name);
        var binary = module is { } given ? await runtime.Host.Modules.ToBinaryAsync(given, cancellation).ConfigureAwait(false) : (ReadOnlyMemory<byte>?)null;
        for (int attempt = 1; ; attempt++)
        {
            long revision = runtime.Catalogue.Revision;
            var before = await ActiveAsync(name, options.ExpectedActive, cancellation).ConfigureAwait(false);
            try
            {
                return await TryAsync(name, before, binary, settings, options, cancellation).ConfigureAwait(false);
            }
            catch (WasmError raced) when (raced.Code == FunctionErrorCode.Conflict && options.ExpectedActive is null && attempt < Attempts)
            {
                await HearAsync(revision + 1, s_newsAfterConflict, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Stores a module without deploying it. It is compiled, and stored only if that succeeds.</summary>
    internal async Task<StoredModule> StoreAsync(ReadOnlyMemory<byte> module, string? expectedDigest, CancellationToken cancellation)
    {
        var binary = await runtime.Host.Modules.ToBinaryAsync(module, cancellation).ConfigureAwait(false);
        string digest = WasmModule.DigestOf(binary.Span);
        if (expectedDigest is not null && expectedDigest != digest)
        {
            throw new WasmError(FunctionErrorCode.ModuleDigestMismatch, $"The module's binary form has the digest {digest}, not {GuestText.Clean(expectedDigest, GuestText.NameLimit)}: it was not stored.");
        }

        await runtime.Host.LoadAsync(binary, null, cancellation).ConfigureAwait(false);
        await runtime.Modules.PutAsync(digest, binary, cancellation).ConfigureAwait(false);
        return new StoredModule(digest, binary.Length);
    }

    private async Task<Deployment> TryAsync(string name, FunctionVersion? before, ReadOnlyMemory<byte>? module, Func<FunctionSpec, FunctionSpec> settings, DeployOptions options, CancellationToken cancellation)
    {
        var basis = before?.Spec ?? new FunctionSpec(name);
        string digest = module is { } brought ? WasmModule.DigestOf(brought.Span) : settings(basis).ModuleDigest;
        var binary = module ?? await runtime.Modules.FindAsync(Digest(digest), cancellation).ConfigureAwait(false)
            ?? throw FunctionModules.NotFound(digest);
        var outline = ModuleOutline.Read(binary.Span);
        var spec = settings(before is null ? basis with { Convention = ConventionTable.Detect(outline).Id } : basis) with { Name = name, ModuleDigest = digest };
        CheckSpec(spec);
        ChangeCheck.Require(before?.Spec, spec, options);
        await Task.Run(() => BinaryCheck.Check(runtime, spec, binary.Span, outline), cancellation).ConfigureAwait(false);
        var compiled = await runtime.Host.LoadAsync(binary, name, cancellation).ConfigureAwait(false);
        BinaryCheck.CheckFeatures(compiled.Features, runtime.Options.Features | spec.Grants.Features);
        BinaryCheck.CheckTypes(spec, compiled);
        if (spec.State == FunctionState.Durable)
        {
            runtime.RequireStates(name);
            compiled = await runtime.Modules.RewriteAsync(binary, name, cancellation).ConfigureAwait(false);
        }

        await TrialStart.TryAsync(runtime, spec, compiled, cancellation).ConfigureAwait(false);
        if (options.DryRun)
        {
            return Foreseen(name, before, spec);
        }

        if (before is null && spec.State == FunctionState.Durable && runtime.Catalogue.LastNumber(name) is { } last)
        {
            await runtime.RequireStates(name).BeginAnewAsync(name, last, cancellation).ConfigureAwait(false);
        }

        // Whoever removes unused modules sees that this one is being used, until the catalogue says so.
        if (module is not null)
        {
            await runtime.Modules.PutAsync(digest, binary, cancellation).ConfigureAwait(false);
        }
        else if (!await runtime.Modules.TouchAsync(digest, cancellation).ConfigureAwait(false))
        {
            throw FunctionModules.NotFound(digest);
        }

        var done = await change(new CatalogueProtocol.Deploy(spec, options.RollOut, before?.Number ?? 0), cancellation).ConfigureAwait(false);
        await StaysStoredAsync(digest, binary).ConfigureAwait(false);
        return done with { Spec = spec, Before = before };
    }

    // Somebody may have deleted the module by its digest just before the catalogue had it.
    private async Task StaysStoredAsync(string digest, ReadOnlyMemory<byte> binary)
    {
        if (!await runtime.Modules.TouchAsync(digest, CancellationToken.None).ConfigureAwait(false))
        {
            await runtime.Modules.PutAsync(digest, binary, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // A version that is expected and not known yet may be on its way from another node.
    private async Task<FunctionVersion?> ActiveAsync(string name, int? expected, CancellationToken cancellation)
    {
        var patience = runtime.Clock.GetTimestamp();
        while (true)
        {
            long revision = runtime.Catalogue.Revision;
            var active = runtime.Catalogue.Find(name)?.ActiveVersion;
            if (expected is null || expected == (active?.Number ?? 0))
            {
                return active;
            }

            var left = s_news - runtime.Clock.GetElapsedTime(patience);
            if (left <= TimeSpan.Zero || !await HearAsync(revision + 1, left, cancellation).ConfigureAwait(false))
            {
                throw CatalogueState.Conflict(name, active?.Number ?? 0, expected.Value);
            }
        }
    }

    private async Task<bool> HearAsync(long revision, TimeSpan within, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(within);
        try
        {
            await runtime.Catalogue.ReachAsync(revision, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private Deployment Foreseen(string name, FunctionVersion? before, FunctionSpec spec)
    {
        bool isSame = before is not null && FunctionCodec.Same(before.Spec, spec);
        int next = (runtime.Catalogue.LastNumber(name) ?? 0) + 1;
        return new Deployment(name, isSame ? before!.Number : next, runtime.Catalogue.Revision) { Spec = spec, Before = before, IsDryRun = true };
    }

    private static string Digest(string digest) => FunctionSpec.IsDigest(digest)
        ? digest
        : throw new WasmError(FunctionErrorCode.BadSpec, digest.Length == 0
            ? "The module is missing: a function that is not deployed yet needs one, or the digest of one that is stored (moduleDigest)."
            : $"'{GuestText.Clean(digest, GuestText.NameLimit)}' is no digest: 64 lower-case hexadecimal digits were expected.");

    private static void CheckSpec(FunctionSpec spec)
    {
        spec.Check();
        ConventionTable.Of(spec.Convention).Check(spec);
        int bytes = FunctionCodec.SizeOf(spec);
        if (bytes > FunctionSpec.MaxBytes)
        {
            throw CatalogueState.TooLong(bytes);
        }
    }
}
