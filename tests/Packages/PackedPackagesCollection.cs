namespace WasmActors.Packages.Tests;

/// <summary>Packs once for all tests of the packages.</summary>
[CollectionDefinition(nameof(PackedPackages))]
public sealed class PackedPackagesCollection : ICollectionFixture<PackedPackages>;
