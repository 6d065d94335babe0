using WasmActors.Host.Deployments.Watching;
using WasmActors.Host.Tests.Triggers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Tests.Deployments.Watching;

public sealed class FolderTriggerTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_watched_folder_deploys_to_the_node_until_it_is_drained()
    {
        string folder = Directory.CreateDirectory(Path.Combine(node.Folder, "dist")).FullName;
        await using var trigger = new FolderTrigger(folder);
        await trigger.StartAsync(node.Context, default);

        await File.WriteAllTextAsync(Path.Combine(folder, "before.wat"), """(module (func (export "get") (result i32) i32.const 41))""");
        await UntilAsync(() => node.Context.Functions.Catalogue.List().Any(static f => f.Name == "before"));
        await trigger.DrainAsync(TimeSpan.Zero);

        await UntilAsync(() => trigger.Completion.IsCompleted);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_found_before_the_node_starts()
    {
        var failure = Assert.Throws<WasmError>(() => new FolderTrigger("/nowhere/at/all").Check());

        Assert.Equal(ErrorCode.ModuleUnreadable, failure.Code);
        Assert.Contains("/nowhere/at/all", failure.Message, StringComparison.Ordinal);
        Assert.Contains("WasmActors:Watch:Folder", failure.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
