using System.Diagnostics;

namespace WasmActors.Resilience.Staleness;

/// <summary>
/// The stores that answered for one key, in the order in which they did so first. Each store answers the number that its first call gave it. An
/// answer is stale if its call was begun after a later store had answered.
/// </summary>
internal sealed class StoreLog
{
    private readonly Dictionary<long, int> _order = [];
    private readonly List<long> _firstAnswers = [];

    /// <summary>Stores that have answered.</summary>
    internal int Stores
    {
        get
        {
            lock (_order)
            {
                return _order.Count;
            }
        }
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="store">The number of the store.</param>
    /// <param name="began">When the call was begun, by <see cref="Stopwatch"/>.</param>
    /// <returns>Whether it is stale, and whether it came after the answer of a later store at all.</returns>
    internal (bool Stale, bool Overtaken) Take(long store, long began)
    {
        lock (_order)
        {
            if (!_order.TryGetValue(store, out int place))
            {
                _order[store] = _order.Count;
                _firstAnswers.Add(Stopwatch.GetTimestamp());
                return (false, false);
            }

            bool overtaken = place < _order.Count - 1;
            return (overtaken && _firstAnswers[place + 1] < began, overtaken);
        }
    }
}
