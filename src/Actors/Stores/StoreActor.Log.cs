using Serilog.Events;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// What is logged of each command, at Debug only: the store, the instance, its module's digest, the number of the command in
// this store, never arguments or memory.
internal sealed partial class StoreActor
{
    private void LogFailure(GuestCall call, WasmException failure)
    {
        if (!_hostLog.IsEnabled(LogEventLevel.Debug))
        {
            return;
        }

        Log.Debug(
            "Store {Store}, call {Call}: {Kind} failed with {Code}: {Failure}",
            _cell.Id,
            _calls,
            call is Instantiation ? "instantiation" : "call",
            failure.Code,
            GuestText.Clean(failure.Message, GuestText.MessageLimit));
    }

    private void LogInstance(Instantiation instantiation, Instantiated made)
    {
        if (_hostLog.IsEnabled(LogEventLevel.Debug))
        {
            Log.Debug(
                "Store {Store}, call {Call}: instance {Instance} of module {Module}",
                _cell.Id,
                _calls,
                made.Instance,
                instantiation.Instance!.Module.Digest);
        }
    }
}
