using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Requests;

/// <summary>Work that is a guest call: it prepares the call and reads the results itself, without a message for
/// either.</summary>
internal interface IGuestWork
{
    /// <summary>Prepares the guest call.</summary>
    GuestCall Begin(StoreSession session);

    /// <summary>Answers the work with the results of its guest call.</summary>
    void Complete(GuestCall call);
}
