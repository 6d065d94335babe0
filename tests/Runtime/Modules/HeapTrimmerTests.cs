using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Tests.Wasi;

namespace WasmActors.Runtime.Tests.Modules;

public sealed class HeapTrimmerTests
{
    private const int Many = 256;

    private readonly SetClock _clock = new();
    private readonly HeapTrimmer _trimmer;
    private readonly Queue<Action> _background = new();
    private TimeSpan _length;
    private int _trims;

    public HeapTrimmerTests() => _trimmer = new HeapTrimmer(_clock, Trim, _background.Enqueue);

    [Fact]
    public void When_many_have_gone_the_heap_is_trimmed_in_the_background()
    {
        Go(Many - 1);
        Assert.Empty(_background);

        Go(1);
        Assert.Equal(0, _trims);
        DoWork();
        Assert.Equal(1, _trims);
    }

    [Fact]
    public void It_is_not_trimmed_twice_at_a_time()
    {
        Go(4 * Many);
        Assert.Single(_background);
    }

    [Fact]
    public void Under_load_it_is_trimmed_every_ten_seconds_at_most()
    {
        Go(Many);
        DoWork();
        Go(10 * Many);
        Advance(TimeSpan.FromSeconds(9.9));
        Go(1);
        Assert.Empty(_background);

        Advance(TimeSpan.FromSeconds(0.1));
        Go(1);
        DoWork();
        Assert.Equal(2, _trims);
    }

    [Fact]
    public void A_trim_that_takes_long_is_followed_by_a_thousand_times_as_long_without_one()
    {
        _length = TimeSpan.FromMilliseconds(50);
        Go(Many);
        DoWork();
        Go(Many);
        Advance(TimeSpan.FromSeconds(49.9));
        Go(1);
        Assert.Empty(_background);

        Advance(TimeSpan.FromSeconds(0.1));
        Go(1);
        Assert.Single(_background);
    }

    [Fact]
    public void At_rest_it_is_trimmed_whenever_many_have_gone()
    {
        Go(Many);
        DoWork();
        Go(Many - 1);
        _trimmer.AtRest();
        Assert.Empty(_background);

        Go(1);
        _trimmer.AtRest();
        DoWork();
        Assert.Equal(2, _trims);
    }

    private void Go(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _trimmer.Gone();
        }
    }

    private void DoWork()
    {
        while (_background.TryDequeue(out var work))
        {
            work();
        }
    }

    private void Advance(TimeSpan time) => _clock.Ticks += time.Ticks;

    private void Trim()
    {
        Advance(_length);
        _trims++;
    }
}
