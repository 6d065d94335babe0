using WasmActors.Actors.Admission;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Tests.Support;

/// <summary>Stores' cells without their actors.</summary>
internal static class Cells
{
    internal static StoreCell New(WasmEngine engine, long id = 1, StoreSpec? spec = null, HostAdmission? host = null)
    {
        spec ??= new StoreSpec();
        host ??= new HostAdmission(new AdmissionOptions());
        Assert.Null(host.TryStart(spec, out var place));
        return new StoreCell(id, spec, engine, place);
    }
}
