using WasmActors.Resilience.Scenarios;

namespace WasmActors.Resilience.Running;

/// <summary>All scenarios.</summary>
internal static class ScenarioCatalogue
{
    internal static IReadOnlyList<Scenario> All { get; } =
    [
        MalformedScenario.Scenario,
        ReadersScenario.Scenario,
        BombsScenario.Scenario,
        ChurnScenario.Scenario,
        EndlessScenario.Scenario,
        TenantsScenario.Scenario,
        OverloadScenario.Scenario,
        ArtifactsScenario.Scenario,
        HttpScenario.Scenario,
        ProtocolScenario.Scenario,
        SoakScenario.Scenario,
        ClusterScenario.Scenario,
        CatalogueScenario.Scenario,
        StartsScenario.Scenario,
        StaleScenario.Scenario,
        NodesScenario.Scenario,
        CommitsScenario.Scenario,
        DurableScenario.Scenario,
    ];

    internal static Scenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
