using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Transport.DotNetty;
using Serilog;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cluster;

/// <summary>TLS between nodes: each shows a certificate, which must come from one of the cluster's authorities, whoever else the system trusts.</summary>
internal static class NodeTls
{
    /// <summary>Reads certificate and authorities.</summary>
    /// <exception cref="NodeException">A file cannot be read, the password is wrong, or the certificate has no key or is not one that the others would take.</exception>
    public static DotNettySslSetup Load(TlsSettings settings)
    {
        try
        {
            string? password = settings.PasswordFile.Length == 0 ? null : File.ReadLines(settings.PasswordFile).FirstOrDefault();
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(settings.Certificate, password);
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(settings.Authority);
            if (!certificate.HasPrivateKey)
            {
                throw new NodeException($"The certificate of {settings.Certificate} has no key: WasmActors:Tls:Certificate is to be a PKCS #12 file with both.");
            }

            if (Problem(certificate, null, authorities) is { } problem)
            {
                throw new NodeException($"The other nodes would not take the certificate of {settings.Certificate}: {problem}.");
            }

            return new DotNettySslSetup(certificate, suppressValidation: false, requireMutualAuthentication: true, customValidator: (shown, chain, peer, _, _) => IsTrusted(shown, chain, peer, authorities));
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"The certificates below WasmActors:Tls cannot be read: {failure.Message}");
        }
    }

    private static bool IsTrusted(X509Certificate2? certificate, X509Chain? chain, string peer, X509Certificate2Collection authorities)
    {
        string? problem = certificate is null ? "it showed no certificate" : Problem(certificate, chain, authorities);
        if (problem is not null)
        {
            Log.Warning("{Peer} is not let in: {Problem}", peer, problem);
        }

        return problem is null;
    }

    // What it has against a certificate; null for nothing.
    private static string? Problem(X509Certificate2 certificate, X509Chain? shown, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // an authority of one's own seldom tells; it is replaced instead
        foreach (var link in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(link.Certificate);
        }

        return chain.Build(certificate)
            ? null
            : $"its certificate '{certificate.Subject}' is not taken: {string.Join(" ", chain.ChainStatus.Select(static s => s.StatusInformation.Trim()))}";
    }
}
