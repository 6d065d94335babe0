using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace WasmActors.Host.Access;

/// <summary>An API key as it is stored: its secret is not, only what proves that somebody knows it.</summary>
/// <param name="Id">Its public part, 16 hexadecimal digits.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="SecretHash">SHA-256 of the secret. No slow hash is needed: a secret has 256 random bits.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Limits">What it may use.</param>
internal sealed partial record ApiKey(string Id, string Name, ImmutableArray<ApiScope> Scopes, byte[] SecretHash, DateTimeOffset CreatedAt, KeyLimits Limits)
{
    private readonly ApiScope _greatest = Scopes.IsDefaultOrEmpty ? default : Scopes.Max();

    /// <summary>What every key begins with, so that it is recognized where it should not be.</summary>
    public const string Prefix = "wak_";

    private const int IdLength = 16;
    private const int SecretLength = 43; // 32 bytes

    /// <summary>Characters of a key as its owner has it: <c>wak_ID_SECRET</c>.</summary>
    public const int TokenLength = 4 + IdLength + 1 + SecretLength;

    /// <summary>Makes a key.</summary>
    /// <returns>The key, and the token, which is known to nobody else from now on.</returns>
    public static (ApiKey Key, string Token) Create(string name, ImmutableArray<ApiScope> scopes, KeyLimits limits, TimeProvider clock)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength / 2));
        string secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (new ApiKey(id, name, scopes, SHA256.HashData(Encoding.ASCII.GetBytes(secret)), clock.GetUtcNow(), limits), $"{Prefix}{id}_{secret}");
    }

    /// <summary>Returns text for a log without the tokens that a caller wrote into it, into a path or a name.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Hide(string? text) =>
        text?.Contains(Prefix, StringComparison.Ordinal) == true ? Tokens().Replace(text, $"{Prefix}…") : text;

    /// <summary>Takes a token apart.</summary>
    /// <returns>False where it has not the form of one.</returns>
    public static bool TryParse(ReadOnlySpan<char> token, out ReadOnlySpan<char> id, out ReadOnlySpan<char> secret)
    {
        bool wellFormed = token.Length == TokenLength && token.StartsWith(Prefix, StringComparison.Ordinal) && token[Prefix.Length + IdLength] == '_';
        id = wellFormed ? token.Slice(Prefix.Length, IdLength) : default;
        secret = wellFormed ? token[^SecretLength..] : default;
        return wellFormed;
    }

    /// <summary>Whether this is the key's secret, in a time that tells nothing about it.</summary>
    public bool IsSecret(ReadOnlySpan<char> secret)
    {
        Span<byte> bytes = stackalloc byte[SecretLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (secret.Length != SecretLength || !Ascii.IsValid(secret))
        {
            return false;
        }

        Encoding.ASCII.GetBytes(secret, bytes);
        SHA256.HashData(bytes, hash);
        return CryptographicOperations.FixedTimeEquals(hash, SecretHash);
    }

    /// <summary>Whether it allows what a scope does.</summary>
    public bool Allows(ApiScope scope) => _greatest >= scope;

    /// <summary>Without what proves the secret.</summary>
    public override string ToString() => $"{Name} ({Id})";

    [GeneratedRegex($"{Prefix}[A-Za-z0-9_-]+")]
    private static partial Regex Tokens();
}
