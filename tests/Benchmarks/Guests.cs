namespace WasmActors.Benchmarks;

/// <summary>The guests that are measured.</summary>
internal static class Guests
{
    internal const string Add = """
        (module
          (memory (export "memory") 1)
          (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
        """;

    /// <summary><c>add</c> by the import <c>env.add</c>.</summary>
    internal static string AddByImport => Read("add-import.wat");

    /// <summary><c>add</c>, and <c>spin</c>, which never returns.</summary>
    internal static string Endless => Read("endless.wat");

    /// <summary><c>work</c>: sieve, matrix product and hash, so many rounds of it.</summary>
    internal static string Work => Read("work.wat");

    private static string Read(string file)
    {
        using var stream = typeof(Guests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
