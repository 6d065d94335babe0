using CsCheck;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>A host's places for requests that wait, and whose they are.</summary>
public sealed class WaitingLineTests
{
    private readonly WaitingLine _line = new();
    private readonly Tenant _flood = new("flood", 1);
    private readonly Tenant _other = new("other", 1);

    [Fact]
    public void A_tenant_alone_gets_half_of_the_places()
    {
        Assert.Equal(50, Fill(_flood, 100));
        Assert.Equal(50, _line.Total);
        Assert.Equal(50, _flood.Waiting);
    }

    [Fact]
    public void Another_finds_room_at_once_while_one_floods()
    {
        Fill(_flood, 100);

        Assert.Equal(25, Fill(_other, 100));
        Assert.False(_line.TryEnter(_flood, 100));
    }

    [Fact]
    public void Who_has_more_weight_gets_more_places()
    {
        var heavy = new Tenant("heavy", 4);

        Assert.Equal(80, Fill(heavy, 100));
    }

    [Fact]
    public void Who_leaves_makes_room()
    {
        Fill(_flood, 100);

        _line.Leave(_flood);
        Assert.True(_line.TryEnter(_flood, 100));
        Assert.False(_line.TryEnter(_flood, 100));
    }

    [Fact]
    public void Who_waits_shares_the_processors_by_weight()
    {
        var heavy = new Tenant("heavy", 2);
        Assert.Equal(1, _line.ShareOf(_flood));

        _line.Enter(_flood);
        Assert.Equal(1, _line.ShareOf(_flood));
        Assert.Equal(2.0 / 3, _line.ShareOf(heavy));
        _line.Enter(heavy);
        Assert.Equal(1.0 / 3, _line.ShareOf(_flood));
        Assert.Equal(2.0 / 3, _line.ShareOf(heavy));
        Assert.Equal(1.0 / 4, _line.ShareOf(_other));

        _line.Leave(heavy);
        Assert.Equal(1, _line.ShareOf(_flood));
    }

    [Fact]
    public void What_must_not_be_refused_is_counted_beyond_the_places()
    {
        Fill(_flood, 2);
        _line.Enter(_flood);
        _line.Enter(_flood);

        Assert.Equal(3, _line.Total);
        Assert.False(_line.TryEnter(_other, 2));
    }

    [Fact]
    public void Never_do_more_wait_than_there_are_places_and_a_tenant_without_any_waiting_gets_in_unless_all_are_taken() => Gen
        .Select(Gen.Int[0, 7], Gen.Bool)
        .Array[1, 300]
        .Sample(static steps =>
        {
            const int Places = 64;
            var line = new WaitingLine();
            Tenant[] tenants = [.. Enumerable.Range(0, 8).Select(static i => new Tenant($"{i}", i + 1))];
            foreach (var (number, comes) in steps)
            {
                var tenant = tenants[number];
                bool isFirst = tenant.Waiting == 0;
                if (comes && !line.TryEnter(tenant, Places) && isFirst && line.Total < Places)
                {
                    return false;
                }
                else if (!comes && !isFirst)
                {
                    line.Leave(tenant);
                }
            }

            return line.Total <= Places && line.Total == tenants.Sum(static t => t.Waiting);
        });

    private int Fill(Tenant tenant, int places)
    {
        int entered = 0;
        while (_line.TryEnter(tenant, places))
        {
            entered++;
        }

        return entered;
    }
}
