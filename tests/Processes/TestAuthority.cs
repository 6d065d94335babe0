using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WasmActors.Processes;

/// <summary>An authority made for a test, which gives nodes their certificates.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly TimeSpan s_valid = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;

    private TestAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>Makes one.</summary>
    public static TestAuthority Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new TestAuthority(request.CreateSelfSigned(DateTimeOffset.UtcNow - s_valid, DateTimeOffset.UtcNow + s_valid));
    }

    /// <summary>Writes its own certificate to a PEM file.</summary>
    public void Write(string path) => File.WriteAllText(path, _certificate.ExportCertificatePem());

    /// <summary>Gives a node a certificate, with its key in a PKCS #12 file.</summary>
    public void Give(string path, string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)); // server and client
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_certificate, DateTimeOffset.UtcNow - s_valid / 2, DateTimeOffset.UtcNow + s_valid / 2, RandomNumberGenerator.GetBytes(8));
        using var both = signed.CopyWithPrivateKey(key);
        File.WriteAllBytes(path, both.Export(X509ContentType.Pkcs12, password));
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
