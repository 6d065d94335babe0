using System.Globalization;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Limits;

/// <summary>
/// Keeps what all memories of a store have together, or all tables, below a total. Wasmtime knows one limit for each of them: this
/// is chosen anew whenever something comes to the store, so that the sum stays below the total however the guests grow.
/// </summary>
internal sealed class Budget
{
    // So many are looked at without an array.
    private const int Few = 8;

    private readonly long _total;
    private readonly long _largest;
    private readonly string _setting;
    private readonly string _unit;

    // The guest's heap obeys the same limit, and how large it is cannot be asked for: it may have half of the total, and where there
    // is one, so may each of the others.
    private readonly long _heapMost;
    private readonly List<Tenant> _tenants = [];
    private Tenant? _heap;

    // The limit that keeps the total; where something is being made without a guest that runs, a higher one may hold for that long.
    private long _kept;

    /// <param name="total">The total.</param>
    /// <param name="largest">Most of each; null for the total.</param>
    /// <param name="setting">Name of the setting of the total, for messages.</param>
    /// <param name="unit">What is counted, for messages.</param>
    public Budget(long total, long? largest, string setting, string unit)
    {
        _total = total;
        _largest = Math.Min(total, largest ?? total);
        _heapMost = total / 2;
        _setting = setting;
        _unit = unit;
        Limit = _kept = _largest;
    }

    /// <summary>Keeps the memory of a store, in bytes.</summary>
    public static Budget OfMemory(long total, long? largest) => new(total, largest, "StoreLimits.MemoryBytes", "bytes of memory");

    /// <summary>Keeps the tables of a store, in elements.</summary>
    public static Budget OfTables(long total, long? largest) => new(total, largest, "StoreLimits.TableElements", "elements of tables");

    /// <summary>The limit of each memory or table that holds now.</summary>
    public long Limit { get; private set; }

    /// <summary>Lets something new in, before it is made; it counts from here on.</summary>
    /// <param name="claims">What it wants.</param>
    /// <param name="usesHeap">Whether it may use the guest's heap; that counts once for the store.</param>
    /// <param name="runsCode">Whether guests may run before <see cref="Settle"/>.</param>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c>: it does not fit, and does not count.</exception>
    public Tenant Admit(IReadOnlyList<Claim> claims, bool usesHeap, bool runsCode)
    {
        var heap = _heap;
        if (usesHeap && _heap is null)
        {
            _heap = new Tenant([new Claim(0, _heapMost, null)]);
            _tenants.Add(_heap);
        }

        var tenant = new Tenant(claims);
        _tenants.Add(tenant);
        long limit = Largest();
        long begins = 0;
        for (int i = 0; i < claims.Count; i++)
        {
            begins = Math.Max(begins, claims[i].Minimum);
        }

        if (limit < 0 || begins > _largest || (runsCode && limit < begins))
        {
            _tenants.Remove(tenant);
            if (heap is null && _heap is not null)
            {
                _tenants.Remove(_heap);
                _heap = null;
            }

            throw DoesNotFit(claims, begins);
        }

        // Wasmtime makes nothing that begins above the limit. Where no guest runs meanwhile, none grows to it.
        Hold(limit);
        Limit = Math.Max(limit, begins);
        return tenant;
    }

    /// <summary>What was let in is there now.</summary>
    /// <param name="tenant">What was let in.</param>
    /// <param name="sizeOf">Tells the size of one of its claims; null for one that cannot be asked for.</param>
    public void Settle(Tenant tenant, Func<Claim, long>? sizeOf)
    {
        tenant.SizeOf = sizeOf;
        Limit = _kept;
    }

    /// <summary>What was let in did not come to be.</summary>
    public void Remove(Tenant tenant)
    {
        _tenants.Remove(tenant);
        Hold(Largest());
    }

    private long Largest()
    {
        int count = 0;
        foreach (var tenant in _tenants)
        {
            count += tenant.Count;
        }

        Span<Share> shares = count <= Few ? stackalloc Share[Few] : new Share[count];
        int next = 0;
        foreach (var tenant in _tenants)
        {
            tenant.Fill(shares[next..]);
            next += tenant.Count;
        }

        return Math.Min(_heap is null ? _largest : Math.Min(_largest, _heapMost), Share.LargestLimit(_total, shares[..count]));
    }

    private void Hold(long limit)
    {
        Limit = _kept = limit;
        foreach (var tenant in _tenants)
        {
            tenant.Peak = Math.Max(tenant.Peak, limit);
        }
    }

    private WasmError DoesNotFit(IReadOnlyList<Claim> claims, long begins)
    {
        long wanted = claims.Sum(static c => c.Minimum);
        string why = wanted > _total ? ""
            : begins > _largest ? string.Create(CultureInfo.InvariantCulture, $" One begins with {begins:N0}, and each may have {_largest:N0}.")
            : _tenants.Count == 0 && begins <= _total ? " What is to be made may grow while its start function runs: give it a maximum."
            : " What is there may have grown, or may grow, into the rest: give memories and tables a maximum, export them so that their size is known, or use a store of its own.";
        return new WasmError(
            ErrorCode.LimitExceeded,
            string.Create(CultureInfo.InvariantCulture, $"{wanted:N0} {_unit} are wanted, and the store may have {_total:N0} in all ({_setting}).{why}"));
    }

    /// <summary>What came to the store at once: an instance's memories or tables, one of the host's, or the guest's heap.</summary>
    internal sealed class Tenant(IReadOnlyList<Claim> claims)
    {
        /// <summary>Tells how large a claim is now.</summary>
        public Func<Claim, long>? SizeOf { get; set; }

        /// <summary>The highest limit since it is there.</summary>
        public long Peak { get; set; }

        /// <summary>How many claims it has.</summary>
        public int Count => claims.Count;

        /// <summary>Tells the share of each of its claims.</summary>
        public void Fill(Span<Share> shares)
        {
            for (int i = 0; i < claims.Count; i++)
            {
                var claim = claims[i];
                long size = SizeOf is { } sizeOf && claim.Export is not null
                    ? sizeOf(claim)
                    : Math.Max(claim.Minimum, Math.Min(claim.Maximum, Peak));
                shares[i] = new Share(size, claim.Maximum);
            }
        }
    }
}
