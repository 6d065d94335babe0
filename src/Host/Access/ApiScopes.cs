using System.Collections.Immutable;

namespace WasmActors.Host.Access;

/// <summary>Scopes as text.</summary>
internal static class ApiScopes
{
    /// <summary>The scope with this word: call, deploy, admin; null for none.</summary>
    public static ApiScope? Find(string? word) => word switch
    {
        "call" => ApiScope.Call,
        "deploy" => ApiScope.Deploy,
        "admin" => ApiScope.Admin,
        _ => null,
    };

    /// <summary>A scope's word.</summary>
    public static string Word(ApiScope scope) => scope switch
    {
        ApiScope.Call => "call",
        ApiScope.Deploy => "deploy",
        _ => "admin",
    };

    /// <summary>Words with commas between.</summary>
    public static string Format(ImmutableArray<ApiScope> scopes) => string.Join(',', scopes.Select(Word));

    /// <summary>What <see cref="Format"/> wrote. Words that are none are left out: they allow nothing.</summary>
    public static ImmutableArray<ApiScope> Parse(string text) =>
        [.. text.Split(',').Select(Find).OfType<ApiScope>()];
}
