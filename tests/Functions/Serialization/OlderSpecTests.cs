using Google.Protobuf;
using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Limits;

namespace WasmActors.Functions.Tests.Serialization;

/// <summary>Specifications in journals and from nodes of versions that knew fewer settings.</summary>
public class OlderSpecTests
{
    // callerArguments, as a version without features wrote it.
    private static readonly byte[] s_older = [0x20, 0x01];

    [Fact]
    public void Grants_without_features_grant_none()
    {
        var data = FunctionCodec.ToData(new FunctionSpec("f"));
        data.Grants = GrantsData.Parser.ParseFrom(s_older);

        var read = FunctionCodec.FromData(data);

        Assert.Equal((true, WasmFeatures.None), (read.Grants.CallerArguments, read.Grants.Features));
    }

    [Fact]
    public void Grants_without_features_are_written_as_before() =>
        Assert.Equal(s_older, FunctionCodec.ToData(new FunctionSpec("f") { Grants = new FunctionGrants { CallerArguments = true } }).Grants.ToByteArray());
}
