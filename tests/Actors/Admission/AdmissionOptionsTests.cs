using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>A host's bounds that cannot be.</summary>
public sealed class AdmissionOptionsTests
{
    public static TheoryData<AdmissionOptions, string> Wrong => new()
    {
        { new() { MaxWaiting = 0 }, "AdmissionOptions.MaxWaiting is 0; allowed is 1 or more." },
        { new() { LongestWait = TimeSpan.Zero }, "AdmissionOptions.LongestWait is 00:00:00; allowed is 1 ms or more, or infinite." },
        { new() { MaxParked = -1 }, "AdmissionOptions.MaxParked is -1; allowed is 1 or more." },
        { new() { MaxStores = 0 }, "AdmissionOptions.MaxStores is 0; allowed is 1 or more, or null." },
        { new() { MemoryMarginBytes = -1 }, "AdmissionOptions.MemoryMarginBytes is -1; allowed is 0 or more, or null." },
        { new() { MappingMargin = -1 }, "AdmissionOptions.MappingMargin is -1; allowed is 0 or more." },
        { new() { TenantWeights = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 0 } }, "AdmissionOptions.TenantWeights[a] is 0; allowed is 1 to 1000." },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task They_are_refused_with_their_name_and_what_is_allowed(AdmissionOptions options, string message)
    {
        var error = await Expect.ErrorAsync(ErrorCode.BadSettings, () => WasmHost.StartAsync(HostFixture.Options with { Admission = options }));

        Assert.Equal(message, error.Message);
    }
}
