using System.Text;
using WasmActors.Actors.Functions;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Calls;
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

        var spec = settings.ToSpec("f");

        Assert.Equal(
            (FunctionKind.Keyed, CallingConvention.Bytes, StoreReuse.UntilIdle, "2026.11", RollOut.AtOnce, "9f86d081"),
            (spec.Kind, spec.Convention, spec.Reuse, spec.Label, settings.ToRollOut(), spec.ModuleDigest));
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
        var spec = Parse("""{ "limits": { "fuel": null, "stores": null }, "grants": {} }""").ToSpec("f", CallingConvention.WasiCommand);

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
    [InlineData("""{ "convention": "wasi" }""", "allowed is core or bytes or wasi-command")]
    [InlineData("""{ "reuse": "until-idle" }""", "allowed is never or untilIdle")]
    [InlineData("""{ "limits": { "deadline": "soon" } }""", "limits.deadline: 'soon'")]
    [InlineData("""{ "grants": { "imports": [null] } }""", "grants.imports")]
    [InlineData("""{ "grants": { "folders": [null] } }""", "grants.folders")]
    [InlineData("""{ "grants": { "folders": [{ "host": null }] } }""", "grants.folders.host")]
    [InlineData("""{ "grants": { "environment": { "A": null } } }""", "grants.environment")]
    public void What_is_wrong_is_named(string json, string problem)
    {
        var failure = Assert.Throws<WasmError>(() => Parse(json).ToSpec("f"));

        Assert.Equal(FunctionErrorCode.BadSpec, failure.Code);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_over_others_keep_what_they_do_not_say()
    {
        var below = Parse("""{ "kind": "keyed", "label": "a", "limits": { "stores": 1, "queueLimit": 2 }, "grants": { "environment": { "A": "1", "B": "1" }, "imports": ["x"], "folders": [{ "host": "/a", "guest": "/g" }] } }""");
        var above = Parse("""{ "label": "b", "limits": { "stores": 3 }, "grants": { "environment": { "B": "2" }, "imports": ["y"], "folders": [{ "host": "/b", "guest": "/g" }] } }""");

        var spec = above.Over(below).ToSpec("f");

        Assert.Equal((FunctionKind.Keyed, "b", 3, 2), (spec.Kind, spec.Label, spec.Limits.Stores, spec.Limits.QueueLimit));
        Assert.Equal([KeyValuePair.Create("A", "1"), KeyValuePair.Create("B", "2")], spec.Grants.Environment);
        Assert.Equal(["x", "y"], spec.Grants.Imports);
        Assert.Equal("/b", spec.Grants.Folders.Single().HostPath);
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
