namespace WasmActors.Conformance.Running;

/// <summary>Files that the program carries.</summary>
internal static class Resource
{
    /// <summary>All bytes of one.</summary>
    public static byte[] Read(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program does not carry {name}.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
