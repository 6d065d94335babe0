namespace WasmActors.Benchmarks;

/// <summary>The guests that are measured.</summary>
internal static class Guests
{
    internal const string Add = """
        (module
          (memory (export "memory") 1)
          (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
        """;
}
