using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;

namespace WasmActors.Functions.Tests.Deploying;

public class CarryOverTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private static readonly byte[] s_counter = Encoding.UTF8.GetBytes(Wat.Counter);
    private static readonly byte[] s_hundreds = Encoding.UTF8.GetBytes(Wat.Hundreds);

    private readonly FunctionHost _functions = fixture.Node.Functions;

    [Fact]
    public async Task An_update_keeps_every_setting_that_it_does_not_change()
    {
        var first = new FunctionSpec("kept") { Kind = FunctionKind.Keyed, Limits = new FunctionLimits { Deadline = TimeSpan.FromSeconds(5) }, Grants = new FunctionGrants { Features = WasmFeatures.Gc } };
        await Expect.SoonAsync(_functions.DeployAsync(first, s_counter));

        var updated = await Expect.SoonAsync(_functions.UpdateAsync("kept", s_hundreds, static spec => spec with { Label = "v2" }));

        var active = _functions.Catalogue.Get("kept").ActiveVersion!;
        Assert.Equal((2, 2), (updated.Version, active.Number));
        Assert.Equal((FunctionKind.Keyed, TimeSpan.FromSeconds(5), "v2", WasmFeatures.Gc), (active.Spec.Kind, active.Spec.Limits.Deadline, active.Spec.Label, active.Spec.Grants.Features));
        Assert.Equal((1, "v2", null), (updated.Before!.Number, updated.Spec!.Label, updated.Before.Spec.Label));
        Assert.Equal(100, (await Expect.SoonAsync(_functions.Get("kept", "k").CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task Settings_alone_are_deployed_with_the_active_module()
    {
        await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("alone"), s_counter));
        string digest = _functions.Catalogue.Get("alone").ActiveVersion!.Spec.ModuleDigest;

        await Expect.SoonAsync(_functions.UpdateAsync("alone", null, static spec => spec with { Label = "v2" }));

        Assert.Equal(("v2", digest), (_functions.Catalogue.Get("alone").ActiveVersion!.Spec.Label, _functions.Catalogue.Get("alone").ActiveVersion!.Spec.ModuleDigest));
        await Expect.FailureAsync(FunctionErrorCode.BadSpec, _functions.UpdateAsync("alone-new", null, static spec => spec));
    }

    [Fact]
    public async Task A_change_of_kind_is_only_made_where_it_is_confirmed()
    {
        await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("kind") { Kind = FunctionKind.Keyed }, s_counter));

        var whole = await Expect.FailureAsync(FunctionErrorCode.ChangeNotConfirmed, _functions.DeployAsync(new FunctionSpec("kind") { Label = "v2" }, s_counter));
        await Expect.FailureAsync(FunctionErrorCode.ChangeNotConfirmed, _functions.UpdateAsync("kind", s_counter, static s => s with { Kind = FunctionKind.Stateless }));
        Assert.Equal(1, _functions.Catalogue.Get("kind").Active);
        Assert.Contains("DeployOptions.ChangeKind", whole.Message, StringComparison.Ordinal);

        var changed = await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("kind"), s_counter, new DeployOptions { ChangeKind = true }));
        Assert.Equal((2, FunctionKind.Stateless), (changed.Version, _functions.Catalogue.Get("kind").ActiveVersion!.Spec.Kind));
    }

    [Fact]
    public async Task A_change_of_convention_is_only_made_where_it_is_confirmed()
    {
        await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("convention"), Encoding.UTF8.GetBytes(Wat.Echo)));
        Func<FunctionSpec, FunctionSpec> bytes = static s => s with { Convention = CallingConvention.Bytes };

        await Expect.FailureAsync(FunctionErrorCode.ChangeNotConfirmed, _functions.UpdateAsync("convention", null, bytes));
        await Expect.SoonAsync(_functions.UpdateAsync("convention", null, bytes, new DeployOptions { ChangeConvention = true }));

        Assert.Equal(CallingConvention.Bytes, _functions.Catalogue.Get("convention").ActiveVersion!.Spec.Convention);
    }

    [Theory]
    [InlineData(Wat.Counter, CallingConvention.Core)]
    [InlineData(Wat.Echo, CallingConvention.Bytes)]
    [InlineData(Wat.CopyThenFail, CallingConvention.WasiCommand)]
    [InlineData("""(module (memory (export "_start") 1) (global (export "wasmactors_alloc") i32 (i32.const 0)) (func (export "f")))""", CallingConvention.Core)]
    public async Task The_convention_of_a_new_function_is_detected_and_then_kept(string wat, CallingConvention convention)
    {
        string name = $"detected-{convention}-{wat.Length}".ToLowerInvariant();

        await Expect.SoonAsync(_functions.UpdateAsync(name, Encoding.UTF8.GetBytes(wat), static s => s));

        Assert.Equal(convention, _functions.Catalogue.Get(name).ActiveVersion!.Spec.Convention);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_and_changes_nothing()
    {
        await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("dry"), s_counter));
        long revision = _functions.Catalogue.Revision;

        var dry = await Expect.SoonAsync(_functions.UpdateAsync("dry", """(module (func (export "only_here")))"""u8.ToArray(), static s => s with { Label = "v2" }, new DeployOptions { DryRun = true }));
        var same = await Expect.SoonAsync(_functions.UpdateAsync("dry", s_counter, static s => s, new DeployOptions { DryRun = true }));

        Assert.Equal((true, 2, "v2"), (dry.IsDryRun, dry.Version, dry.Spec!.Label));
        Assert.Equal((true, 1), (same.IsDryRun, same.Version));
        Assert.Equal((revision, 1), (_functions.Catalogue.Revision, _functions.Catalogue.Get("dry").Active));
        Assert.Null(await _functions.FindModuleAsync(dry.Spec.ModuleDigest));
        await Expect.FailureAsync(ErrorCode.MissingImport, _functions.UpdateAsync("dry", """(module (import "a" "b" (func)) (func (export "f")))"""u8.ToArray(), static s => s, new DeployOptions { DryRun = true }));
    }

    [Fact]
    public async Task Updates_at_the_same_time_lose_nothing_of_each_other()
    {
        await Expect.SoonAsync(_functions.DeployAsync(new FunctionSpec("raced"), s_counter));

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 6).Select(i => _functions.UpdateAsync(
            "raced",
            s_counter,
            spec => spec with { Grants = spec.Grants with { Environment = spec.Grants.Environment.SetItem($"V{i}", "x") } }))));

        Assert.Equal(6, _functions.Catalogue.Get("raced").ActiveVersion!.Spec.Grants.Environment.Count);
        Assert.Equal(7, _functions.Catalogue.Get("raced").Active);
    }
}
