namespace WasmActors.Resilience.Guests;

/// <summary>Ways to change a compiled module, or the code that authenticates it, on disk.</summary>
internal static class TamperedArtifacts
{
    /// <summary>An artifact and its code, of the module itself and of another one, as they were written.</summary>
    internal sealed record Files(byte[] Artifact, byte[] Code);

    /// <summary>What somebody could put in place of the files of <paramref name="own"/>; a null code is a missing file.</summary>
    internal static (string Kind, byte[] Artifact, byte[]? Code) Next(Random random, Files own, Files other) => random.Next(12) switch
    {
        0 => ("bits flipped", Flip(random, own.Artifact, random.Next(2, 9)), own.Code),
        1 => ("cut off", own.Artifact[..random.Next(own.Artifact.Length)], own.Code),
        2 => ("longer", [.. own.Artifact, (byte)random.Next(256)], own.Code),
        3 => ("another module's", other.Artifact, other.Code),
        4 => ("another module's, own code", other.Artifact, own.Code),
        5 => ("noise", Noise(random, own.Artifact.Length), own.Code),
        6 => ("noise, code of another key", own.Artifact, Noise(random, own.Code.Length)),
        7 => ("code flipped", own.Artifact, Flip(random, own.Code, 1)),
        8 => ("code cut off", own.Artifact, own.Code[..random.Next(own.Code.Length)]),
        9 => ("code longer", own.Artifact, [.. own.Code, 0]),
        10 => ("no code", own.Artifact, null),
        _ => ("a bit flipped", Flip(random, own.Artifact, 1), own.Code),
    };

    /// <summary>The bytes with so many bits flipped.</summary>
    internal static byte[] Flip(Random random, byte[] original, int bits)
    {
        byte[] bytes = [.. original];
        for (int i = 0; i < bits; i++)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        // Two flips of one bit are none.
        if (bytes.AsSpan().SequenceEqual(original))
        {
            bytes[0] ^= 1;
        }

        return bytes;
    }

    private static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
