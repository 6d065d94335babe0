using Akka.Actor;
using Akka.Cluster.Sharding;
using WasmActors.Functions.Passivation;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Sessions;

namespace WasmActors.Functions.Keyed;

// A key that is idle: for how long, and whether others need its room.
internal sealed partial class KeyedFunction
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);

    private readonly RestingKey _place;
    private bool _leaves;

    private void Rest()
    {
        if (!_busy && !_stopping)
        {
            _runtime.Keys.Rest(_place, IdleTime(), _session?.GrantedMemory ?? 0);
        }
    }

    // What it remembers of calls is worth as much as a store.
    private TimeSpan IdleTime() => _session is null && _remembered is null
        ? s_shortest
        : (_session?.Version ?? _runtime.Catalogue.Find(_name)?.ActiveVersion)?.Spec.Limits.IdleAfter ?? s_shortest;

    private void OnLeave()
    {
        if (_leaves || _stopping)
        {
            return; // it goes already
        }

        if (_busy)
        {
            _runtime.Keys.Stays(_place);
        }
        else if (_runtime.Keys.MustLeave(_place))
        {
            _leaves = true;
            if (_session is null)
            {
                _runtime.Keys.Stays(_place);
            }

            Context.Parent.Tell(new Passivate(StopEntity.Instance));
        }
    }

    private void DropSession()
    {
        if (_session is { } session)
        {
            _ = EndAsync(session, _runtime.Keys, _place);
        }

        _session = null;
    }

    // Nobody waits until the store has gone.
    private static async Task EndAsync(FunctionSession session, LiveKeys keys, RestingKey place)
    {
        try
        {
            await session.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            keys.Ended(place);
        }
    }
}
