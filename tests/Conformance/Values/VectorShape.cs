using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>How a vector is divided into lanes.</summary>
/// <param name="Name">As scripts have it.</param>
/// <param name="Kind">Type of a lane; lanes narrower than 32 bits are i32.</param>
/// <param name="Width">Width of a lane in bits.</param>
internal sealed record VectorShape(string Name, ValKind Kind, int Width)
{
    private static readonly VectorShape[] s_all =
    [
        new("i8x16", ValKind.I32, 8),
        new("i16x8", ValKind.I32, 16),
        new("i32x4", ValKind.I32, 32),
        new("i64x2", ValKind.I64, 64),
        new("f32x4", ValKind.F32, 32),
        new("f64x2", ValKind.F64, 64),
    ];

    /// <summary>How many lanes there are.</summary>
    public int Count => 128 / Width;

    /// <summary>The shape of that name, or null.</summary>
    public static VectorShape? Find(string name) => s_all.FirstOrDefault(shape => shape.Name == name);
}
