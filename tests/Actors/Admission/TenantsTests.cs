using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>The tenants of a host's stores.</summary>
public sealed class TenantsTests
{
    [Fact]
    public void Stores_of_one_name_are_one_tenants()
    {
        var tenants = new Tenants(new AdmissionOptions());

        var first = tenants.Enter("a");
        Assert.Same(first, tenants.Enter("a"));
        Assert.NotSame(first, tenants.Enter("A"));
        Assert.Equal(2, tenants.Count);
    }

    [Fact]
    public void A_tenant_is_forgotten_with_its_last_store()
    {
        var tenants = new Tenants(new AdmissionOptions());
        var tenant = tenants.Enter("a");
        tenants.Enter("a");

        tenants.Leave(tenant);
        Assert.Equal(1, tenants.Count);
        tenants.Leave(tenant);
        Assert.Equal(0, tenants.Count);
    }

    [Fact]
    public void A_weight_is_the_options_or_one()
    {
        var tenants = new Tenants(new AdmissionOptions { TenantWeights = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 7 } });

        Assert.Equal(7, tenants.Enter("a").Weight);
        Assert.Equal(1, tenants.Enter("b").Weight);
        Assert.Equal(1, tenants.Enter(null).Weight);
    }

    [Fact]
    public void Without_tenants_all_stores_are_one_tenants()
    {
        var tenants = new Tenants(new AdmissionOptions { WithoutTenants = true });

        Assert.Same(tenants.Enter("a"), tenants.Enter("b"));
    }
}
