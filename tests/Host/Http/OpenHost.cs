namespace WasmActors.Host.Tests.Http;

/// <summary>A host that asks for no keys. What classes deploy there has names of their own.</summary>
public sealed class OpenHost() : ServedHost("{}", "--open")
{
    /// <summary>Classes that share it run one after the other.</summary>
    public const string Name = "open host";
}

[CollectionDefinition(OpenHost.Name)]
public sealed class OpenHostDefinition : ICollectionFixture<OpenHost>;
