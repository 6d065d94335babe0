namespace WasmActors.Host.Settings;

/// <summary>TLS between nodes. Each shows its certificate to the other, and both must come from the cluster's own authority: those that the system
/// trusts give certificates to anybody.</summary>
internal sealed record TlsSettings
{
    /// <summary>PKCS #12 file with the node's certificate and key; empty, the default, for no TLS.</summary>
    public required string Certificate { get; init; }

    /// <summary>File whose first line is the certificate file's password; empty for none.</summary>
    public required string PasswordFile { get; init; }

    /// <summary>PEM file with the certificates of the authorities that nodes' certificates must come from. Needed with <see cref="Certificate"/>.</summary>
    public required string Authority { get; init; }

    /// <summary>Whether TLS is on.</summary>
    public bool IsOn => Certificate.Length > 0;

    internal static TlsSettings Read(SettingsReader reader)
    {
        var settings = new TlsSettings
        {
            Certificate = reader.Text("Tls:Certificate", ""),
            PasswordFile = reader.Text("Tls:PasswordFile", ""),
            Authority = reader.Text("Tls:Authority", ""),
        };
        bool there = IsFile(reader, "Tls:Certificate", settings.Certificate) & IsFile(reader, "Tls:Authority", settings.Authority) & IsFile(reader, "Tls:PasswordFile", settings.PasswordFile);
        if (there && settings.IsOn != (settings.Authority.Length > 0))
        {
            reader.Problem(settings.IsOn ? "Tls:Authority" : "Tls:Certificate", "is missing; TLS between nodes needs the node's certificate and the authority that the others' come from");
        }

        return settings;
    }

    // Or nothing was set.
    private static bool IsFile(SettingsReader reader, string name, string path)
    {
        if (path.Length == 0 || File.Exists(path))
        {
            return true;
        }

        reader.Problem(name, $"is '{path}', which is no file");
        return false;
    }
}
