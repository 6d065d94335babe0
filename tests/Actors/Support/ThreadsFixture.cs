using WasmActors.Actors.Handles;

namespace WasmActors.Actors.Tests.Support;

/// <summary>A host whose guests are paused on threads of their own.</summary>
public sealed class ThreadsFixture : HostFixture
{
    private protected override WasmHostOptions HostOptions => Options with { Engine = new() { PreemptOnThreads = true } };
}
