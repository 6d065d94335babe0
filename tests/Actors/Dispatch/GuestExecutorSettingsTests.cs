using Akka.Configuration;
using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

public sealed class GuestExecutorSettingsTests
{
    [Fact]
    public void Without_settings_as_many_stores_run_as_there_are_processors()
    {
        var settings = GuestExecutorSettings.From(Config.Empty);

        Assert.Equal(Math.Max(2, Environment.ProcessorCount), settings.Parallelism);
        Assert.Equal(2, settings.ForegroundSlices);
        Assert.Equal(TimeSpan.FromMilliseconds(50), settings.Aging);
        Assert.Equal(1, settings.Reserve);
    }

    [Fact]
    public void Each_setting_is_taken()
    {
        var settings = From("parallelism = 7, foreground-slices = 0, aging = 2s, reserve = 3");

        Assert.Equal(new GuestExecutorSettings(7, 0, TimeSpan.FromSeconds(2), 3), settings);
    }

    [Theory]
    [InlineData("parallelism = -1", "guest-executor.parallelism is -1; allowed is 0 (the number of processors) to 1024.")]
    [InlineData("parallelism = 1025", "guest-executor.parallelism is 1025; allowed is 0 (the number of processors) to 1024.")]
    [InlineData("foreground-slices = -1", "guest-executor.foreground-slices is -1; allowed is 0 to 1,000,000.")]
    [InlineData("foreground-slices = 1000001", "guest-executor.foreground-slices is 1000001; allowed is 0 to 1,000,000.")]
    [InlineData("aging = 0ms", "guest-executor.aging is 00:00:00; allowed is 1 ms to 1 min.")]
    [InlineData("aging = 61s", "guest-executor.aging is 00:01:01; allowed is 1 ms to 1 min.")]
    [InlineData("reserve = -1", "guest-executor.reserve is -1; allowed is 0 to 1024.")]
    public void A_wrong_setting_is_refused_with_its_name_and_what_is_allowed(string setting, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => From(setting)).Message);

    [Theory]
    [InlineData("parallelism = 1024, foreground-slices = 1000000, aging = 1ms, reserve = 1024")]
    [InlineData("parallelism = 1, foreground-slices = 0, aging = 1m, reserve = 0")]
    public void The_bounds_themselves_are_allowed(string settings) => Assert.NotNull(From(settings));

    private static GuestExecutorSettings From(string settings) =>
        GuestExecutorSettings.From(ConfigurationFactory.ParseString($"guest-executor {{ {settings} }}"));
}
