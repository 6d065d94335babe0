using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Tests.Deployments;

public class DeploymentSettingsTests
{
    [Fact]
    public void Everything_that_the_api_documents_is_read()
    {
        var settings = Parse("""
            {
              "moduleDigest": "9f86d081", "kind": "keyed", "convention": "bytes", "reuse": "untilIdle", "label": "2026.11", "rollOut": "atOnce",
              "limits": { "memoryBytes": 65536, "deadline": "1.5s", "fuel": 18446744073709551615, "idleAfter": "2m", "queueLimit": 5, "stores": 3, "payloadBytes": 7 },
              "grants": { "environment": { "LANG": "C" }, "folders": [ { "host": "/data", "guest": "/d", "readOnly": false }, { "host": "/etc" } ], "imports": ["log"],
                          "callerArguments": true, "callerEnvironment": ["HOME"] }
            }
            """);

        var spec = settings.Onto(new FunctionSpec("f"));

        Assert.Equal(
            (FunctionKind.Keyed, CallingConvention.Bytes, StoreReuse.UntilIdle, "2026.11", RollOut.AtOnce, "9f86d081"),
            (spec.Kind, spec.Convention, spec.Reuse, spec.Label, settings.ToOptions().RollOut, spec.ModuleDigest));
        Assert.Equal(
            new FunctionLimits { MemoryBytes = 65536, Deadline = TimeSpan.FromSeconds(1.5), Fuel = ulong.MaxValue, IdleAfter = TimeSpan.FromMinutes(2), QueueLimit = 5, Stores = 3, PayloadBytes = 7 },
            spec.Limits);
        Assert.Equal("C", spec.Grants.Environment["LANG"]);
        Assert.Equal([new PreopenedFolder("/data", "/d", ReadOnly: false), new PreopenedFolder("/etc", "/etc")], spec.Grants.Folders.AsEnumerable());
        Assert.Equal("log", spec.Grants.Imports.Single());
        Assert.True(spec.Grants.CallerArguments);
        Assert.Equal("HOME", spec.Grants.CallerEnvironment.Single());
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var spec = Parse("""{ "limits": { "fuel": null, "stores": null }, "grants": {} }""").Onto(new FunctionSpec("f") { Convention = CallingConvention.WasiCommand });

        Assert.Equal((FunctionKind.Stateless, CallingConvention.WasiCommand, StoreReuse.Never), (spec.Kind, spec.Convention, spec.Reuse));
        Assert.Equal(new FunctionLimits(), spec.Limits);
        Assert.Empty(spec.Grants.Environment);
        Assert.False(spec.Grants.CallerArguments);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "object")]
    [InlineData("[]", "$")]
    [InlineData("""{ "kin": "keyed" }""", "$.kin in line 1 is no setting")]
    [InlineData("""{ "kind": "keyed", "kind": "keyed" }""", "$.kind in line 1 is no setting")]
    [InlineData("""{ "limits": { "memory": 1 } }""", "$.limits.memory in line 1 is no setting")]
    [InlineData("""{ "limits": { "stores": 1.5 } }""", "$.limits.stores in line 1 is no setting")]
    [InlineData("""{ "limits": { "stores" } }""", "'}' is invalid after a property name")]
    [InlineData("""{ "kind": "Keyed" }""", "kind is 'Keyed'; allowed is stateless or keyed")]
    [InlineData("""{ "convention": "wasi" }""", "convention is 'wasi'; allowed is core or bytes or ")]
    [InlineData("""{ "reuse": "until-idle" }""", "allowed is never or untilIdle")]
    [InlineData("""{ "limits": { "deadline": "soon" } }""", "limits.deadline: 'soon'")]
    [InlineData("""{ "grants": { "imports": [null] } }""", "grants.imports")]
    [InlineData("""{ "grants": { "folders": [null] } }""", "grants.folders")]
    [InlineData("""{ "grants": { "folders": [{ "host": null }] } }""", "grants.folders.host")]
    [InlineData("""{ "grants": { "environment": { "A": null } } }""", "grants.environment")]
    [InlineData("""{ "grants": { "features": ["gcc"] } }""", "grants.features: 'gcc' is no feature")]
    [InlineData("""{ "grants": { "features": [null] } }""", "grants.features")]
    [InlineData("""{ "reset": ["kind"] }""", "reset names 'kind'; allowed are all, reuse, state, label, limits,")]
    [InlineData("""{ "reset": [null] }""", "reset names 'null'")]
    public void What_is_wrong_is_named(string json, string problem)
    {
        var failure = Assert.Throws<WasmError>(() => Parse(json).Onto(new FunctionSpec("f")));

        Assert.Equal(FunctionErrorCode.BadSpec, failure.Code);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_over_others_keep_what_they_do_not_say()
    {
        var below = Parse("""{ "kind": "keyed", "label": "a", "limits": { "stores": 1, "queueLimit": 2 }, "grants": { "environment": { "A": "1", "B": "1" }, "imports": ["x"], "folders": [{ "host": "/a", "guest": "/g" }] } }""");
        var above = Parse("""{ "label": "b", "limits": { "stores": 3 }, "grants": { "environment": { "B": "2" }, "imports": ["y"], "folders": [{ "host": "/b", "guest": "/g" }] } }""");

        var spec = above.Over(below).Onto(new FunctionSpec("f"));

        Assert.Equal((FunctionKind.Keyed, "b", 3, 2), (spec.Kind, spec.Label, spec.Limits.Stores, spec.Limits.QueueLimit));
        Assert.Equal([KeyValuePair.Create("A", "1"), KeyValuePair.Create("B", "2")], spec.Grants.Environment);
        Assert.Equal(["x", "y"], spec.Grants.Imports);
        Assert.Equal("/b", spec.Grants.Folders.Single().HostPath);
    }

    [Fact]
    public void What_is_not_given_carries_over_and_what_is_given_replaces_the_setting_as_a_whole()
    {
        var before = Parse("""
            { "kind": "keyed", "convention": "bytes", "reuse": "untilIdle", "label": "a", "limits": { "deadline": "5s", "stores": 2, "fuel": 7 },
              "grants": { "environment": { "A": "1", "B": "1" }, "imports": ["x"], "callerArguments": true, "features": ["gc"] } }
            """).Onto(new FunctionSpec("f") { ModuleDigest = "d" });

        var same = Parse("{}").Onto(before);
        var changed = Parse("""{ "label": "b", "limits": { "stores": 3 }, "grants": { "environment": { "B": "2" }, "imports": [] } }""").Onto(before);

        Assert.Empty(SettingChange.Between(before, same));
        Assert.Equal(
            ["label: a -> b", "limits.stores: 2 -> 3", "grants.environment.B changed", "grants.environment.A removed", "grants.imports: [\"x\"] -> none"],
            SettingChange.Between(before, changed).Select(static c => c.ToString()),
            StringComparer.Ordinal);
        Assert.DoesNotContain("A=1", SettingChange.Describe(SettingChange.Between(before, changed)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limits.deadline", "limits.deadline: 5s -> 30s")]
    [InlineData("limits.fuel", "limits.fuel: 7 -> none")]
    [InlineData("label", "label: a -> none")]
    [InlineData("grants.environment", "grants.environment.A removed")]
    [InlineData("grants.features", "grants.features: [\"gc\"] -> none")]
    [InlineData("all", "reuse: untilIdle -> never", "limits.deadline: 5s -> 30s", "label: a -> none", "limits.fuel: 7 -> none", "grants.environment.A removed", "grants.features: [\"gc\"] -> none")]
    public void A_setting_that_is_reset_has_its_default_again(string reset, params string[] changes)
    {
        var before = Parse("""
            { "kind": "keyed", "convention": "bytes", "reuse": "untilIdle", "label": "a", "limits": { "deadline": "5s", "fuel": 7 },
              "grants": { "environment": { "A": "1" }, "features": ["gc"] } }
            """).Onto(new FunctionSpec("f"));

        var after = new DeploymentSettings { Reset = [reset] }.Onto(before);

        Assert.Equal((FunctionKind.Keyed, CallingConvention.Bytes), (after.Kind, after.Convention));
        Assert.Equal(changes.Order(StringComparer.Ordinal), SettingChange.Between(before, after).Select(static c => c.ToString()).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_setting_but_kind_and_convention_can_be_reset()
    {
        var whole = Parse("""
            { "moduleDigest": "d", "kind": "keyed", "convention": "bytes", "reuse": "untilIdle", "label": "a",
              "limits": { "memoryBytes": 65536, "deadline": "1s", "fuel": 1, "idleAfter": "1s", "queueLimit": 1, "stores": 1, "payloadBytes": 1 },
              "grants": { "environment": { "A": "1" }, "folders": [{ "host": "/a" }], "imports": ["x"], "callerArguments": true, "callerEnvironment": ["B"], "features": ["gc"] } }
            """).Onto(new FunctionSpec("f"));
        string[] settings = [.. SettingChange.Between(new FunctionSpec("f"), whole).Select(static c => c.Setting == "grants.environment.A" ? "grants.environment" : c.Setting)];

        Assert.Equal(18, settings.Length);
        Assert.All(settings.Except(["moduleDigest", "kind", "convention"], StringComparer.Ordinal), name => Assert.Contains(name, SettingReset.Names, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_choice_has_a_name()
    {
        Assert.All(Enum.GetValues<FunctionKind>(), static v => Assert.Equal(v, SettingNames.Kinds.Read(SettingNames.Kinds.NameOf(v))));
        Assert.All(Enum.GetValues<CallingConvention>(), static v => Assert.Equal(v, SettingNames.Conventions.Read(SettingNames.Conventions.NameOf(v))));
        Assert.All(Enum.GetValues<StoreReuse>(), static v => Assert.Equal(v, SettingNames.Reuses.Read(SettingNames.Reuses.NameOf(v))));
        Assert.All(Enum.GetValues<RollOut>(), static v => Assert.Equal(v, SettingNames.RollOuts.Read(SettingNames.RollOuts.NameOf(v))));
    }

    private static DeploymentSettings Parse(string json) => DeploymentSettings.Parse(Encoding.UTF8.GetBytes(json));
}
