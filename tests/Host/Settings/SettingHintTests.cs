using Microsoft.Extensions.Configuration;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Tests.Settings;

public class SettingHintTests
{
    public static TheoryData<string> Options =>
    [
        .. typeof(CompileLimits).GetProperties().Select(static p => $"{nameof(CompileLimits)}.{p.Name}"),
        .. typeof(ModuleLimits).GetProperties().Where(static p => p.PropertyType == typeof(long?)).Select(static p => $"{nameof(ModuleLimits)}.{p.Name}"),
        .. (string[])["EngineSettings.Fuel", "EngineSettings.MaxStacks", "EngineSettings.MaxWasmStackBytes", "EngineSettings.Features"],
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void What_a_message_of_the_library_names_is_a_setting_of_serve(string option)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Build());
        HostSettings.Read(reader);

        string hint = SettingHint.In("module.too_expensive", $"It took too long ({option}).");

        string setting = hint[(hint.IndexOf('(', StringComparison.Ordinal) + 1)..^2];
        Assert.StartsWith("WasmActors:", setting, StringComparison.Ordinal);
        Assert.Contains(setting, reader.Known, StringComparer.Ordinal);
    }

    [Fact]
    public void The_overflow_of_a_stack_names_its_setting() =>
        Assert.Contains("WasmActors:Stores:GuestStack", SettingHint.In(new Trap(TrapCode.StackOverflow).Code, "call stack exhausted"), StringComparison.Ordinal);

    [Fact]
    public void Settings_become_the_limits_that_they_name()
    {
        var settings = Read(
            ("Modules:CompileLimits:CpuTime", "90s"),
            ("Modules:CompileLimits:MemoryBytes", "2GiB"),
            ("Modules:ModuleLimits:Bytes", "64MiB"),
            ("Modules:ModuleLimits:Nesting", "none"),
            ("Modules:KeepUnused", "0"),
            ("Stores:GuestStack", "1MiB"),
            ("Stores:Features:0", "gc"),
            ("Stores:Features:1", "exceptions"),
            ("Functions:Features:0", "gc"));

        Assert.Equal((TimeSpan.FromSeconds(90), 2L << 30, new CompileLimits().WallTime), (settings.Modules.Cache.CompileLimits.CpuTime, settings.Modules.Cache.CompileLimits.MemoryBytes, settings.Modules.Cache.CompileLimits.WallTime));
        Assert.Equal(new ModuleLimits { Bytes = 64 << 20, Nesting = null }, settings.Modules.Cache.ModuleLimits);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.Modules.KeepUnused);
        Assert.Equal((1 << 20, WasmFeatures.Gc | WasmFeatures.Exceptions), (settings.Stores.Engine.MaxWasmStackBytes, settings.Stores.Engine.Features));
        Assert.Equal(WasmFeatures.Gc, settings.Functions.Features);
    }

    [Fact]
    public void Without_settings_the_library_s_defaults_hold()
    {
        var settings = Read();

        Assert.Equal((new CompileLimits(), new ModuleLimits()), (settings.Modules.Cache.CompileLimits, settings.Modules.Cache.ModuleLimits));
        Assert.Equal(new EngineSettings(), settings.Stores.Engine);
        Assert.Equal(TimeSpan.FromDays(1), settings.Modules.KeepUnused);
    }

    [Theory]
    [InlineData("Stores:Features:0", "gcc", "has 'gcc'; allowed are tail-calls,")]
    [InlineData("Stores:Features:0", "none", "Functions:Features has tail-calls, relaxed-simd, which Stores:Features leaves out")]
    [InlineData("Functions:Features:0", "wide-arithmetic", "has wide-arithmetic, which Stores:Features leaves out")]
    [InlineData("Stores:GuestStack", "2MiB", "a size from 64.0 KiB to 1.5 MiB")]
    [InlineData("Modules:ModuleLimits:Bytes", "0", "or none")]
    [InlineData("Modules:CompileLimits:CpuTime", "2h", "a duration from 1s to 1h")]
    public void A_wrong_setting_is_named(string name, string value, string problem)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((name, value)));

        Assert.Contains(problem, wrong.Message, StringComparison.Ordinal);
    }

    private static HostSettings Read(params (string Name, string Value)[] settings) => HostSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static s => KeyValuePair.Create($"WasmActors:{s.Name}", (string?)s.Value))).Build());
}
