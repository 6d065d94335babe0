using CsCheck;
using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>Whose turn it is among tenants.</summary>
public sealed class FairSharesTests
{
    private readonly FairShares<string> _shares = new();

    [Fact]
    public void Nobody_waits_at_first()
    {
        Assert.False(_shares.TryNext(out _));
        Assert.False(_shares.TryPeek(out _));
        Assert.Equal(0, _shares.Count);
    }

    [Fact]
    public void Who_has_had_less_goes_first()
    {
        var flood = NewShare("flood", waiting: 10);
        var other = NewShare("other", waiting: 1);
        Take(flood);
        FairShares<string>.Charge(flood, 1);

        Take(other);
        Take(flood);
        Assert.Equal(8, flood.Count);
        Assert.Equal(8, _shares.Count);
    }

    [Fact]
    public void Who_comes_back_has_no_claim_to_what_others_had_meanwhile()
    {
        var away = NewShare("away", waiting: 1);
        var busy = NewShare("busy", waiting: 100);
        Take(away);
        FairShares<string>.Charge(away, 1);
        for (int i = 0; i < 50; i++)
        {
            Take(busy);
            FairShares<string>.Charge(busy, 10);
        }

        // It goes first once, and then they alternate.
        for (int i = 0; i < 10; i++)
        {
            _shares.Add(away);
        }

        var taken = new List<string>();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(_shares.TryNext(out var next));
            taken.Add(next.Line);
            FairShares<string>.Charge(next, 10);
        }

        Assert.InRange(taken.Count(static t => t == "away"), 5, 6);
    }

    [Fact]
    public void A_share_whose_line_ran_empty_is_not_taken()
    {
        var once = NewShare("once", waiting: 1);
        Take(once);

        Assert.False(_shares.TryNext(out _));
        _shares.Add(once);
        Take(once);
        Assert.False(_shares.TryNext(out _));
    }

    [Fact]
    public void While_all_want_more_each_has_time_by_its_weight_however_long_its_turns_are() => Gen
        .Select(Gen.Int[1, 8].Array[2, 8], Gen.Int[1, 1000].Array[8], Gen.Int[0, 1_000_000])
        .Sample((weights, longest, seed) =>
        {
            var random = new Random(seed);
            var shares = new FairShares<int>();
            Share<int>[] tenants = [.. weights.Select(static (w, i) => new Share<int>(w, i))];
            double[] had = new double[tenants.Length];
            foreach (var tenant in tenants)
            {
                shares.Add(tenant);
            }

            for (int turn = 0; turn < 2_000; turn++)
            {
                if (!shares.TryNext(out var next))
                {
                    return false;
                }

                int time = random.Next(1, longest[next.Line] + 1);
                had[next.Line] += time;
                FairShares<int>.Charge(next, time);
                shares.Add(next);
            }

            // Two that always wait differ, for their weights, by no more than the longest turn of each.
            return tenants.All(a => tenants.All(b =>
                Math.Abs((had[a.Line] / a.Weight) - (had[b.Line] / b.Weight)) <= ((double)longest[a.Line] / a.Weight) + ((double)longest[b.Line] / b.Weight) + 1e-6));
        });

    [Fact]
    public void Whatever_is_put_in_comes_out_once() => Gen
        .Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 50])
        .Array[0, 200]
        .Sample(steps =>
        {
            var shares = new FairShares<int>();
            Share<int>[] tenants = [.. Enumerable.Range(0, 6).Select(static i => new Share<int>(i + 1, i))];
            int[] waiting = new int[tenants.Length];
            foreach (var (tenant, puts, time) in steps)
            {
                if (puts)
                {
                    shares.Add(tenants[tenant]);
                    waiting[tenant]++;
                }
                else if (shares.TryNext(out var next))
                {
                    FairShares<int>.Charge(next, time);
                    waiting[next.Line]--;
                }
                else if (waiting.Sum() > 0)
                {
                    return false;
                }
            }

            return shares.Count == waiting.Sum() && tenants.All(t => t.Count == waiting[t.Line] && t.Count >= 0);
        });

    [Fact]
    public void Among_some_who_has_had_least_of_those_goes_first()
    {
        var lasting = new LastingGuests();
        lasting.Note(until: 100);
        var endless = new Share<string>(1, "endless", lasting);
        var other = NewShare("other", waiting: 2);
        FairShares<string>.Charge(other, 10);
        _shares.Add(endless);
        _shares.Add(endless);

        Assert.True(_shares.TryPeek(99, Among.All, out var next, out bool lasts));
        Assert.Same(endless, next);
        Assert.True(lasts);
        Assert.True(_shares.TryNext(99, Among.Short, out next, out lasts));
        Assert.Same(other, next);
        Assert.False(lasts);
        Assert.True(_shares.TryNext(99, Among.Lasting, out next, out lasts));
        Assert.Same(endless, next);
        Assert.True(lasts);

        // Its guests keep on no longer: it is one of the others.
        Assert.False(_shares.TryNext(100, Among.Lasting, out _, out _));
        Assert.Equal(2, _shares.Count);
        FairShares<string>.Charge(endless, 20);
        Assert.True(_shares.TryNext(100, Among.Short, out next, out _));
        Assert.Same(other, next);
        Assert.True(_shares.TryNext(100, Among.Short, out next, out _));
        Assert.Same(endless, next);
        Assert.False(_shares.TryNext(100, Among.All, out _, out _));
    }

    private Share<string> NewShare(string name, int waiting)
    {
        var share = new Share<string>(1, name);
        for (int i = 0; i < waiting; i++)
        {
            _shares.Add(share);
        }

        return share;
    }

    private void Take(Share<string> expected)
    {
        Assert.True(_shares.TryNext(out var next));
        Assert.Same(expected, next);
    }
}
