namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// The shapes of a module's types, and which function and tag has which type: what an instruction of two bytes that names one of
/// them is worth. Whatever is not known is taken for as large as the largest.
/// </summary>
/// <param name="limit">Most types, functions or tags that are kept: the others are not known.</param>
internal sealed class TypeMembers(int limit)
{
    private readonly List<TypeShape> _types = [];
    private readonly List<uint> _functions = [];
    private readonly List<uint> _tags = [];
    private TypeShape _largest;

    /// <summary>The largest type.</summary>
    public Peak Largest { get; private set; }

    /// <summary>How many functions are known.</summary>
    public int Functions => _functions.Count;

    public void Add(TypeShape type)
    {
        if (type.Members > Largest.Value)
        {
            Largest = new Peak(type.Members, _types.Count);
            _largest = type;
        }

        if (_types.Count < limit)
        {
            _types.Add(type);
        }
    }

    public void AddFunction(uint type) => Keep(_functions, type);

    public void AddTag(uint type) => Keep(_tags, type);

    public TypeShape Of(uint type) => type < (uint)_types.Count ? _types[(int)type] : _largest;

    public TypeShape OfFunction(uint function) => function < (uint)_functions.Count ? Of(_functions[(int)function]) : _largest;

    public TypeShape OfTag(uint tag) => tag < (uint)_tags.Count ? Of(_tags[(int)tag]) : _largest;

    private void Keep(List<uint> list, uint type)
    {
        if (list.Count < limit)
        {
            list.Add(type);
        }
    }
}
