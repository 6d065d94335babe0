using WasmActors.Functions.Sessions;

namespace WasmActors.Functions.Tests.Sessions;

/// <summary>Which calls are left to their caller's own thread.</summary>
public sealed class CallPaceTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMicroseconds(10);
    private static readonly TimeSpan s_long = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_stores_first_call_is_not_and_those_after_a_short_one_are()
    {
        var pace = new CallPace(mayWait: false);
        Assert.False(pace.IsShort);
        pace.Took(s_short);
        Assert.True(pace.IsShort);
    }

    [Fact]
    public void After_a_long_call_it_takes_several_short_ones()
    {
        var pace = new CallPace(mayWait: false);
        pace.Took(s_short);
        pace.Took(s_long);
        for (int i = 0; i < 16; i++)
        {
            Assert.False(pace.IsShort);
            pace.Took(s_short);
        }

        Assert.True(pace.IsShort);
    }

    [Fact]
    public void Where_a_host_function_may_wait_none_is()
    {
        var pace = new CallPace(mayWait: true);
        pace.Took(s_short);
        Assert.False(pace.IsShort);
    }
}
