namespace WasmActors.Runtime.Precheck;

/// <summary>
/// How many members the types of a module have, and which function and tag has which type: what an instruction of two bytes
/// that names one of them is worth. Whatever is not known is taken for as large as the largest.
/// </summary>
/// <param name="limit">Most types, functions or tags that are kept: the others are not known.</param>
internal sealed class TypeMembers(int limit)
{
    private const int Registers = 16;
    private const int MemoryFactor = 8;

    private readonly List<int> _members = [];
    private readonly List<int> _functions = [];
    private readonly List<int> _tags = [];

    /// <summary>How many functions are known.</summary>
    public int Functions => _functions.Count;

    /// <summary>The largest type.</summary>
    public Peak Largest { get; private set; }

    public void Add(long members)
    {
        Largest = Largest.Or(members, _members.Count);
        Keep(_members, (int)Math.Min(members, int.MaxValue));
    }

    public void AddFunction(uint type) => Keep(_functions, (int)Math.Min(type, int.MaxValue));

    public void AddTag(uint type) => Keep(_tags, (int)Math.Min(type, int.MaxValue));

    /// <summary>What a type's values are worth: many of them are moved through memory, and cost more than in proportion.</summary>
    public long Worth(uint type) => Worth(Of(type));

    /// <summary>Likewise for the parameters and results of a function.</summary>
    public long WorthOfFunction(uint function) => Worth(OfFunction(function));

    /// <summary>Likewise for the parameters of a tag.</summary>
    public long WorthOfTag(uint tag) => Worth(tag < (uint)_tags.Count ? Of((uint)_tags[(int)tag]) : Largest.Value);

    /// <summary>Members of a type.</summary>
    public long Of(uint type) => type < (uint)_members.Count ? _members[(int)type] : Largest.Value;

    /// <summary>Parameters and results of a function.</summary>
    public long OfFunction(uint function) => function < (uint)_functions.Count ? Of((uint)_functions[(int)function]) : Largest.Value;

    private static long Worth(long members) => members <= Registers ? members : Registers + ((members - Registers) * MemoryFactor);

    private void Keep(List<int> list, int value)
    {
        if (list.Count < limit)
        {
            list.Add(value);
        }
    }
}
