using CsCheck;
using WasmActors.Actors.Admission;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>Memory that guests are granted: never more than there is, and always some for a tenant that has little.</summary>
public sealed class GuestMemoryTests
{
    private const long MiB = 1 << 20;
    private const long Margin = 50 * MiB;

    private readonly ManualClock _clock = new();
    private readonly Tenant _one = new("one", 1);
    private readonly Tenant _other = new("other", 1);
    private readonly GuestMemory _memory;
    private MemoryReading? _reading = new(1_100 * MiB, 3_000 * MiB, 200 * MiB);

    public GuestMemoryTests() => _memory = new GuestMemory(new MemoryBudget(() => _reading, Margin, _clock));

    [Fact]
    public void What_was_granted_and_not_touched_is_not_granted_again()
    {
        // 1,100 MiB available, of which 100 remain: 1,000 for guests, and the last 125 for those who have less.
        Assert.Equal(875, Fill(_one));
        _clock.AdvancePast(TimeSpan.FromSeconds(1)); // the next reading is the same: nothing was touched
        Assert.Equal(0, Fill(_one));

        Read(available: 225, resident: 1_075); // all was touched
        Assert.Equal(0, Fill(_one));
        _memory.Take(_one, -400 * MiB);
        Read(available: 625, resident: 675);
        Assert.Equal(400, Fill(_one));
    }

    [Fact]
    public void What_others_on_the_machine_take_is_not_granted()
    {
        Assert.Equal(500, Fill(_one, most: 500));
        Read(available: 400, resident: 200); // other processes took 700; our 500 are still to come

        Assert.Equal(0, Fill(_one));
        Assert.Equal(0, Fill(_other));
    }

    [Fact]
    public void What_the_host_itself_takes_is_not_taken_for_guests_that_touched_theirs()
    {
        Read(available: 900, resident: 400); // the host grew by 200 while no guest had anything
        Assert.Equal(100, Fill(_one, most: 100));
        Read(available: 900, resident: 400); // untouched still

        Assert.Equal(600, Fill(_one));
    }

    [Fact]
    public void A_tenant_that_has_taken_all_it_can_refuses_no_other_tenant()
    {
        Fill(_one);
        Assert.Equal(62, Fill(_other)); // half of the last 125
        Assert.Equal(31, Fill(new Tenant("third", 1)));
        Assert.Equal(0, Fill(_one));
    }

    [Fact]
    public void Twice_the_weight_gets_twice_what_it_leaves()
    {
        Fill(_one);
        Assert.Equal(83, Fill(new Tenant("heavy", 2)));
    }

    [Fact]
    public void Whatever_tenants_take_and_return_one_that_has_nothing_finds_room_and_the_machine_is_not_exceeded() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 400], Gen.Bool).List[1, 200].Sample(steps =>
        {
            var memory = new GuestMemory(new MemoryBudget(() => _reading, Margin, _clock));
            Tenant[] tenants = [.. Enumerable.Range(0, 6).Select(static i => new Tenant($"{i}", 1))];
            foreach (var (who, amount, returns) in steps)
            {
                var tenant = tenants[who];
                if (returns)
                {
                    memory.Take(tenant, -Math.Min(tenant.Granted, amount * MiB));
                }
                else
                {
                    _ = memory.TryTake(tenant, amount * MiB, out _);
                }

                if (memory.Granted > 1_000 * MiB || memory.Granted != tenants.Sum(static t => t.Granted))
                {
                    return false;
                }
            }

            return memory.TryTake(new Tenant("new", 1), MiB, out _) is null;
        });

    [Fact]
    public void Idle_stores_are_asked_before_there_is_no_room()
    {
        Assert.Null(_memory.TryTake(_one, 700 * MiB, out long missing));
        Assert.Equal(0, missing);
        Assert.Null(_memory.TryTake(_one, 100 * MiB, out missing)); // 200 are left, of which a quarter of all is to be free
        Assert.Equal(50 * MiB, missing);
        Assert.NotNull(_memory.TryTake(_one, 300 * MiB, out missing));
        Assert.Equal(300 * MiB, missing);
    }

    [Fact]
    public void A_refusal_has_the_figures_and_says_when_to_try_again()
    {
        Fill(_one);

        var refusal = _memory.TryTake(_one, 64 * MiB, out _)!;
        Assert.Equal(ErrorCode.HostFull, refusal.Code);
        Assert.StartsWith("A guest needs 65,536 KiB more of memory: tenant 'one' has 875 MiB for its guests, and 125 MiB of 3,000 MiB of memory are left for all", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(MemoryBudget.Between, refusal.RetryAfter);
    }

    [Fact]
    public void What_became_free_is_seen_before_anything_is_refused()
    {
        Read(available: 110, resident: 200);
        Assert.NotNull(_memory.TryTake(_one, 64 * MiB, out _));
        _reading = new MemoryReading(1_100 * MiB, 3_000 * MiB, 200 * MiB);
        _clock.AdvancePast(TimeSpan.FromMilliseconds(5));

        Assert.Null(_memory.TryTake(_one, 64 * MiB, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_bound_or_where_the_system_does_not_report_everything_is_granted_and_counted(bool reports)
    {
        var memory = new GuestMemory(new MemoryBudget(() => reports ? _reading : null, reports ? 0 : Margin, _clock));

        Assert.Null(memory.TryTake(_one, 1L << 40, out long missing));
        Assert.Equal((0, 1L << 40), (missing, memory.Granted));
    }

    private void Read(long available, long resident)
    {
        _reading = new MemoryReading(available * MiB, 3_000 * MiB, resident * MiB);
        _clock.AdvancePast(MemoryBudget.Between);
        _ = _memory.TryTake(_one, 1, out _);
        _memory.Take(_one, -_one.Granted % MiB);
    }

    // Takes MiB by MiB until it is refused.
    private int Fill(Tenant tenant, int most = int.MaxValue)
    {
        int taken = 0;
        while (taken < most && _memory.TryTake(tenant, MiB, out _) is null)
        {
            taken++;
        }

        return taken;
    }
}
