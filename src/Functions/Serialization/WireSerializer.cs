using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Leasing;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Serialization;

/// <summary>
/// Writes and reads everything of ours that crosses the wire or is stored: Protobuf, each message under a manifest of its own, which
/// never changes its meaning. What has no manifest here is neither written nor read.
/// </summary>
public sealed class WireSerializer : SerializerWithStringManifest
{
    // What is stored begins with "c"; the number counts up when a message changes in a way that old readers would misread.
    private static readonly (Type Type, string Manifest)[] s_manifests =
    [
        (typeof(CatalogueEvent.Deployed), "c.deployed.1"),
        (typeof(CatalogueEvent.Activated), "c.activated.1"),
        (typeof(CatalogueEvent.Deleted), "c.deleted.1"),
        (typeof(CatalogueOpened), "c.opened.1"),
        (typeof(CatalogueSnapshot), "c.snapshot.1"),
        (typeof(CatalogueProtocol.Deploy), "deploy.1"),
        (typeof(CatalogueProtocol.Activate), "activate.1"),
        (typeof(CatalogueProtocol.Delete), "delete.1"),
        (typeof(CatalogueProtocol.Accepted), "accepted.1"),
        (typeof(CatalogueProtocol.Refused), "refused.1"),
        (typeof(CatalogueProtocol.Follow), "follow.1"),
        (typeof(CatalogueProtocol.Changes), "changes.1"),
        (typeof(FunctionProtocol.Invoke), "invoke.1"),
        (typeof(FunctionProtocol.Answered), "answered.1"),
        (typeof(FunctionProtocol.Failed), "failed.1"),
        (typeof(PayloadProtocol.Fetch), "fetch.1"),
        (typeof(PayloadProtocol.Part), "part.1"),
        (typeof(PayloadProtocol.Release), "release.1"),
        (typeof(LeaseProtocol.Confirm), "confirm.1"),
        (typeof(LeaseProtocol.Confirmed), "confirmed.1"),
        (typeof(PlacementProtocol.Departing), "departing.1"),
    ];

    private static readonly FrozenDictionary<Type, string> s_manifestOf = s_manifests.ToFrozenDictionary(static m => m.Type, static m => m.Manifest);

    private readonly FrozenDictionary<string, Func<byte[], object>> _readers;

    /// <summary>Made by Akka, by <c>akka.actor.serializers.wasmactors</c>.</summary>
    public WireSerializer(ExtendedActorSystem system)
        : this(system, TimeProvider.System)
    {
    }

    internal WireSerializer(ExtendedActorSystem system, TimeProvider clock)
        : base(system)
    {
        var calls = new CallCodec(system, clock);
        _readers = new Dictionary<string, Func<byte[], object>>(StringComparer.Ordinal)
        {
            ["c.deployed.1"] = static b => CatalogueCodec.FromData(DeployedEvent.Parser.ParseFrom(b)),
            ["c.activated.1"] = static b => CatalogueCodec.FromData(ActivatedEvent.Parser.ParseFrom(b)),
            ["c.deleted.1"] = static b => CatalogueCodec.FromData(DeletedEvent.Parser.ParseFrom(b)),
            ["c.opened.1"] = static b => CatalogueCodec.FromData(OpenedEvent.Parser.ParseFrom(b)),
            ["c.snapshot.1"] = static b => CatalogueCodec.FromData(SealedData.Parser.ParseFrom(b)),
            ["deploy.1"] = static b => CatalogueCodec.FromData(DeployCommand.Parser.ParseFrom(b)),
            ["activate.1"] = static b => CatalogueCodec.FromData(ActivateCommand.Parser.ParseFrom(b)),
            ["delete.1"] = static b => CatalogueCodec.FromData(DeleteCommand.Parser.ParseFrom(b)),
            ["accepted.1"] = static b => CatalogueCodec.FromData(AcceptedReply.Parser.ParseFrom(b)),
            ["refused.1"] = static b => CatalogueCodec.FromData(RefusedReply.Parser.ParseFrom(b)),
            ["follow.1"] = static b => CatalogueCodec.FromData(FollowCommand.Parser.ParseFrom(b)),
            ["changes.1"] = static b => CatalogueCodec.FromData(ChangesReply.Parser.ParseFrom(b)),
            ["invoke.1"] = b => calls.FromData(InvokeCommand.Parser.ParseFrom(b)),
            ["answered.1"] = b => calls.FromData(AnsweredReply.Parser.ParseFrom(b)),
            ["failed.1"] = static b => CallCodec.FromData(FailedReply.Parser.ParseFrom(b)),
            ["fetch.1"] = static b => CallCodec.FromData(FetchCommand.Parser.ParseFrom(b)),
            ["part.1"] = static b => CallCodec.FromData(PartReply.Parser.ParseFrom(b)),
            ["release.1"] = static b => CallCodec.FromData(ReleaseCommand.Parser.ParseFrom(b)),
            ["confirm.1"] = static b => MembershipCodec.FromData(ConfirmCommand.Parser.ParseFrom(b)),
            ["confirmed.1"] = static b => MembershipCodec.FromData(ConfirmedReply.Parser.ParseFrom(b)),
            ["departing.1"] = static b => MembershipCodec.FromData(DepartingNotice.Parser.ParseFrom(b)),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The number that stands for this serializer in messages and journals.</summary>
    public override int Identifier => 5007;

    /// <summary>The types that it takes, for tests.</summary>
    internal static IEnumerable<Type> Types => s_manifests.Select(static m => m.Type);

    /// <inheritdoc/>
    public override string Manifest(object o) => s_manifestOf.GetValueOrDefault(o?.GetType() ?? typeof(void))
        ?? throw new SerializationException($"{o?.GetType().FullName ?? "null"} has no manifest: it cannot be sent or stored.");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var data = obj switch
        {
            FunctionProtocol.Invoke or FunctionProtocol.Answered or FunctionProtocol.Failed or PayloadProtocol.Fetch or PayloadProtocol.Part or PayloadProtocol.Release => CallCodec.ToData(obj),
            LeaseProtocol.Confirm or LeaseProtocol.Confirmed or PlacementProtocol.Departing => MembershipCodec.ToData(obj),
            _ => CatalogueCodec.ToData(obj),
        };
        return data.ToByteArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!_readers.TryGetValue(manifest, out var read))
        {
            throw new SerializationException($"There is no message '{Runtime.Failures.GuestText.Clean(manifest, 100)}': the nodes are of different versions, or a peer is none of ours.");
        }

        try
        {
            return read(bytes);
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or ArgumentException or FormatException)
        {
            throw new SerializationException($"A message '{manifest}' could not be read: it is damaged, or a peer is none of ours.", damaged);
        }
    }
}
