namespace WasmActors.Host.Settings;

/// <summary>TLS between nodes. Each shows its certificate to the other, and both must be trusted.</summary>
internal sealed record TlsSettings
{
    /// <summary>PKCS #12 file with the node's certificate and key; empty, the default, for no TLS.</summary>
    public required string Certificate { get; init; }

    /// <summary>File whose first line is the certificate file's password; empty for none.</summary>
    public required string PasswordFile { get; init; }

    /// <summary>Whether TLS is on.</summary>
    public bool IsOn => Certificate.Length > 0;

    internal static TlsSettings Read(SettingsReader reader)
    {
        var settings = new TlsSettings
        {
            Certificate = reader.Text("Tls:Certificate", ""),
            PasswordFile = reader.Text("Tls:PasswordFile", ""),
        };
        RequireFile(reader, "Tls:Certificate", settings.Certificate);
        RequireFile(reader, "Tls:PasswordFile", settings.PasswordFile);
        return settings;
    }

    private static void RequireFile(SettingsReader reader, string name, string path)
    {
        if (path.Length > 0 && !File.Exists(path))
        {
            reader.Problem(name, $"is '{path}', which is no file");
        }
    }
}
