using CsCheck;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores.Recipe;

/// <summary>When a store that failed is made again.</summary>
public sealed class RestartGovernorTests
{
    private static readonly RestartPolicy s_policy = new()
    {
        MaxReplacements = 4,
        Window = TimeSpan.FromMinutes(1),
        FirstDelay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromMilliseconds(250),
        OpenFor = TimeSpan.FromSeconds(10),
        MaxOpenFor = TimeSpan.FromSeconds(30),
        Jitter = 0,
    };

    private readonly ManualClock _clock = new();

    [Fact]
    public void The_first_replacement_is_immediate_and_each_further_one_waits_twice_as_long_up_to_the_most()
    {
        var governor = New(s_policy);

        Assert.Equal([0, 100, 200, 250], Fail(governor, 4).Select(static d => d.TotalMilliseconds));
        Assert.Equal(CircuitState.Closed, governor.Circuit);
    }

    [Fact]
    public void Failures_longer_ago_than_the_window_do_not_count()
    {
        var governor = New(s_policy);
        Fail(governor, 4);

        _clock.AdvancePast(s_policy.Window);

        Assert.Equal([TimeSpan.Zero], Fail(governor, 1));
        Assert.Equal(CircuitState.Closed, governor.Circuit);
    }

    [Fact]
    public void One_more_than_the_most_opens_the_circuit_and_each_failed_try_for_twice_as_long()
    {
        var governor = New(s_policy);
        Fail(governor, 4);
        foreach (int seconds in new[] { 10, 20, 30, 30 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), Fail(governor, 1).Single());
            Assert.Equal(CircuitState.Open, governor.Circuit);
            governor.Trying();
            Assert.Equal(CircuitState.HalfOpen, governor.Circuit);
        }

        governor.Proved();
        Assert.Equal(CircuitState.Closed, governor.Circuit);
        Assert.Equal([0, 100, 200, 250, 10_000], Fail(governor, 5).Select(static d => d.TotalMilliseconds));
    }

    [Fact]
    public void Jitter_only_shortens()
    {
        var policy = s_policy with { Jitter = 0.5 };

        Assert.Equal(TimeSpan.FromMilliseconds(50), Fail(new RestartGovernor(policy, _clock, static () => 1), 2).Last());
        Assert.Equal(TimeSpan.FromMilliseconds(100), Fail(new RestartGovernor(policy, _clock, static () => 0), 2).Last());
    }

    [Fact]
    public void Whatever_fails_when_there_are_never_more_replacements_in_a_window_than_allowed()
    {
        Gen.Int[0, 90].Array[1, 60].Sample(pauses =>
        {
            var clock = new ManualClock();
            var governor = new RestartGovernor(s_policy, clock, static () => 0.5);
            var replaced = new List<long>();
            foreach (int pause in pauses)
            {
                clock.AdvancePast(TimeSpan.FromSeconds(pause));
                governor.Failed(clock.GetTimestamp());
                if (governor.Circuit == CircuitState.Open)
                {
                    Assert.InRange(governor.Delay, TimeSpan.FromSeconds(10), s_policy.MaxOpenFor);
                    replaced.Clear(); // after a rest it counts anew
                    clock.AdvancePast(governor.Delay);
                    governor.Trying();
                    governor.Proved();
                }
                else
                {
                    Assert.InRange(governor.Delay, TimeSpan.Zero, s_policy.MaxDelay);
                    replaced.Add(clock.GetTimestamp());
                    Assert.InRange(replaced.Count(at => clock.GetElapsedTime(at) <= s_policy.Window), 1, s_policy.MaxReplacements);
                }
            }
        });
    }

    [Fact]
    public void What_is_no_failure_of_the_store_is_not_counted_and_waits_for_nothing()
    {
        var governor = New(s_policy with { MaxReplacements = 2 });
        Fail(governor, times: 2);
        Assert.NotEqual(TimeSpan.Zero, governor.Delay);

        for (int i = 0; i < 100; i++)
        {
            governor.Excused();
        }

        Assert.Equal((CircuitState.Closed, TimeSpan.Zero), (governor.Circuit, governor.Delay));
        Fail(governor, times: 1);
        Assert.Equal(CircuitState.Open, governor.Circuit);
    }

    [Fact]
    public void A_policy_out_of_range_is_refused_by_the_settings_name()
    {
        foreach (var (policy, name) in new[]
        {
            (s_policy with { MaxReplacements = -1 }, "MaxReplacements"),
            (s_policy with { Window = TimeSpan.Zero }, "Window"),
            (s_policy with { FirstDelay = TimeSpan.FromSeconds(1) }, "FirstDelay"),
            (s_policy with { MaxDelay = TimeSpan.FromDays(2) }, "MaxDelay"),
            (s_policy with { OpenFor = TimeSpan.Zero }, "OpenFor"),
            (s_policy with { MaxOpenFor = TimeSpan.FromDays(2) }, "MaxOpenFor"),
            (s_policy with { Jitter = double.NaN }, "Jitter"),
        })
        {
            var error = Assert.Throws<WasmError>(policy.Check);
            Assert.Equal(ErrorCode.BadSettings, error.Code);
            Assert.StartsWith($"RestartPolicy.{name} is ", error.Message);
        }

        new RestartPolicy().Check();
    }

    private RestartGovernor New(RestartPolicy policy) => new(policy, _clock, static () => 1);

    private TimeSpan[] Fail(RestartGovernor governor, int times) => [.. Enumerable.Range(0, times).Select(_ =>
    {
        governor.Failed(_clock.GetTimestamp());
        return governor.Delay;
    })];
}
