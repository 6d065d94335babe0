using Google.Protobuf;
using WasmActors.Functions.Leasing;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Serialization;

/// <summary>What the members of a cluster tell each other about themselves.</summary>
internal static class MembershipCodec
{
    internal static IMessage ToData(object message) => message switch
    {
        LeaseProtocol.Confirm m => new ConfirmCommand { Round = m.Round, Uid = m.Uid, Shards = m.Shards },
        LeaseProtocol.Confirmed m => new ConfirmedReply { Round = m.Round, Uid = m.Uid },
        PlacementProtocol.Departing m => new DepartingNotice { Uid = m.Uid },
        _ => throw new ArgumentException($"{message.GetType().Name} is no message between members.", nameof(message)),
    };

    internal static LeaseProtocol.Confirm FromData(ConfirmCommand data) => new(data.Round, data.Uid, data.Shards);

    internal static LeaseProtocol.Confirmed FromData(ConfirmedReply data) => new(data.Round, data.Uid);

    internal static PlacementProtocol.Departing FromData(DepartingNotice data) => new(data.Uid);
}
