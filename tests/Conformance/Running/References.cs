using WasmActors.Actors.Handles;
using WasmActors.Conformance.Values;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Running;

/// <summary>Asks a guest, by message, what a reference into the guest's heap is; and takes objects of the host there and back.</summary>
internal sealed class References
{
    private readonly InstanceRef _guest;

    private References(InstanceRef guest) => _guest = guest;

    /// <summary>Instantiates the guest in a store.</summary>
    public static async Task<References> InstantiateAsync(WasmHost host, StoreRef store) =>
        new(await store.InstantiateAsync(await host.LoadAsync(Resource.Read("references.wat"), "references")));

    /// <summary>Whether a reference that is not null is of that kind.</summary>
    public async ValueTask<bool> IsAsync(Val value, ReferenceKind kind)
    {
        switch (kind)
        {
            case ReferenceKind.Func:
                return value.Kind == ValKind.FuncRef;
            case ReferenceKind.Exn:
                return value.Kind == ValKind.ExnRef;
            case ReferenceKind.Extern:
                return value.Kind == ValKind.ExternRef;
            case ReferenceKind.Any:
                return value.Kind == ValKind.AnyRef;
        }

        string test = kind switch { ReferenceKind.Eq => "eq", ReferenceKind.I31 => "i31", ReferenceKind.Struct => "struct", _ => "array" };
        return value.Kind == ValKind.AnyRef && (await _guest.GetFunc(test).CallAsync(value))[0].AsI32() != 0;
    }

    /// <summary>An object of the host as a reference into the guest's heap.</summary>
    public async ValueTask<Val> InternalizeAsync(HostObject item) =>
        (await _guest.GetFunc("internalize").CallAsync(Val.ExternRef(item)))[0];

    /// <summary>The object of the host behind a reference into the guest's heap.</summary>
    public async ValueTask<object?> ExternalizeAsync(Val value) =>
        (await _guest.GetFunc("externalize").CallAsync(value))[0].AsExternRef();
}
