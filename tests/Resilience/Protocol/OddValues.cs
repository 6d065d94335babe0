using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Protocol;

/// <summary>Values that no handle would send: nothing at all, of the wrong kind, of another store, and out of all bounds.</summary>
/// <param name="random">What is chosen.</param>
/// <param name="own">An instance of the store that is sent to.</param>
/// <param name="others">Instances of other stores.</param>
internal sealed class OddValues(Random random, InstanceRef own, IReadOnlyList<InstanceRef> others)
{
    private static readonly long[] s_numbers = [0, 1, -1, 2, 16, 65_535, 65_536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];
    private static readonly TimeSpan?[] s_times = [null, TimeSpan.Zero, TimeSpan.FromMilliseconds(-1), TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20), TimeSpan.MaxValue, TimeSpan.MinValue];

    /// <summary>The function that asks the odd server.</summary>
    internal ExternId Asking => own.GetFunc("host").Id;

    internal bool OneOf(int count) => random.Next(count) == 0;

    internal T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    internal long Number() => OneOf(3) ? random.NextInt64(long.MinValue, long.MaxValue) : Pick(s_numbers);

    internal int Int() => unchecked((int)Number());

    internal TimeSpan? Time() => OneOf(4) ? Pick(s_times) : null;

    internal InstanceRef Other() => Pick(others);

    internal ExternId Id() => random.Next(6) switch
    {
        0 => new ExternId(Int(), Int()),
        1 => new ExternId(random.Next(-3, 4), random.Next(-2, 12)),
        2 => Pick(Other().Exports).Value.Id,
        _ => Pick(own.Exports).Value.Id,
    };

    internal ExternRef Handle() => OneOf(2) ? Pick(Other().Exports).Value : Pick(own.Exports).Value;

    internal Val Value() => random.Next(9) switch
    {
        0 => Val.I32(Int()),
        1 => Val.I64(Number()),
        2 => Val.F32(float.NaN),
        3 => Val.F64(double.NegativeInfinity),
        4 => Val.V128(ulong.MaxValue, 1),
        5 => Val.ExternRef(OneOf(2) ? null : OneOf(2) ? Handle() : Task.CompletedTask),
        6 => Val.FuncRef(null),
        7 => Val.Null(ValType.FuncRef),
        _ => default,
    };

    internal Val[] Values() => [.. Enumerable.Range(0, OneOf(50) ? 2_000 : random.Next(4)).Select(_ => Value())];

    internal MemoryType? Memory() => OneOf(5) ? null : new MemoryType(
        unchecked((ulong)Number()),
        OneOf(2) ? null : unchecked((ulong)Number()),
        OneOf(3),
        OneOf(4),
        OneOf(2) ? (byte)16 : (byte)random.Next(256));

    internal TableType? Table() => OneOf(5) ? null : new TableType(
        OneOf(3) ? default : OneOf(2) ? ValType.FuncRef : ValType.ExternRef,
        OneOf(2) ? 1 : unchecked((ulong)Number()),
        OneOf(2) ? null : unchecked((ulong)Number()));

    internal GlobalType? Global() => OneOf(5) ? null : new GlobalType(OneOf(3) ? default : OneOf(2) ? ValType.FuncRef : ValType.ExternRef, OneOf(2));

    internal byte[] Bytes() => new byte[OneOf(100) ? 1 << 20 : random.Next(16)];
}
