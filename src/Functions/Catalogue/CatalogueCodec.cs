using System.Runtime.Serialization;
using System.Security.Cryptography;
using Google.Protobuf;
using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>The catalogue's events and messages.</summary>
internal static class CatalogueCodec
{
    internal static IMessage ToData(object message) => message switch
    {
        CatalogueEvent.Deployed e => new DeployedEvent { Revision = e.Revision, Version = FunctionCodec.ToData(e.Version), RollOut = (int)e.RollOut },
        CatalogueEvent.Activated e => new ActivatedEvent { Revision = e.Revision, Name = e.Name, Number = e.Number, RollOut = (int)e.RollOut },
        CatalogueEvent.Deleted e => new DeletedEvent { Revision = e.Revision, Name = e.Name },
        CatalogueOpened e => new OpenedEvent { Epoch = e.Epoch, Revision = e.Revision, Writer = e.Writer, Repeated = e.Repeated },
        CatalogueSnapshot s => ToData(s),
        CatalogueProtocol.Deploy c => ToData(c),
        CatalogueProtocol.Activate c => ToData(c),
        CatalogueProtocol.Delete c => new DeleteCommand { Name = c.Name },
        CatalogueProtocol.Accepted r => new AcceptedReply { Revision = r.Revision, Number = r.Number },
        CatalogueProtocol.Refused r => new RefusedReply { Failure = FailureCodec.ToData(r.Failure) },
        CatalogueProtocol.Follow c => new FollowCommand { Revision = c.Revision },
        CatalogueProtocol.Changes r => ToData(r),
        _ => throw new ArgumentException($"{message.GetType().Name} is none of the catalogue's.", nameof(message)),
    };

    internal static CatalogueEvent.Deployed FromData(DeployedEvent data) => new(data.Revision, FunctionCodec.FromData(Required.Of(data.Version)), (RollOut)data.RollOut);

    internal static CatalogueEvent.Activated FromData(ActivatedEvent data) => new(data.Revision, data.Name, data.Number, (RollOut)data.RollOut);

    internal static CatalogueEvent.Deleted FromData(DeletedEvent data) => new(data.Revision, data.Name);

    internal static CatalogueOpened FromData(OpenedEvent data) => new(data.Epoch, data.Revision, data.Writer, data.Repeated);

    internal static CatalogueSnapshot FromData(SealedData data)
    {
        if (!SHA256.HashData(data.Content.Span).AsSpan().SequenceEqual(data.Sha256.Span))
        {
            throw new SerializationException("The catalogue's snapshot is damaged: its digest is another one.");
        }

        var snapshot = SnapshotData.Parser.ParseFrom(data.Content);
        return new CatalogueSnapshot(snapshot.Revision, snapshot.Epoch, snapshot.Writer, [.. snapshot.Entries.Select(FunctionCodec.FromData)]);
    }

    internal static CatalogueProtocol.Deploy FromData(DeployCommand data) =>
        new(FunctionCodec.FromData(Required.Of(data.Spec)), (RollOut)data.RollOut, data.HasExpectedActive ? data.ExpectedActive : null);

    internal static CatalogueProtocol.Activate FromData(ActivateCommand data) => new(data.Name, data.HasNumber ? data.Number : null, (RollOut)data.RollOut);

    internal static CatalogueProtocol.Delete FromData(DeleteCommand data) => new(data.Name);

    internal static CatalogueProtocol.Accepted FromData(AcceptedReply data) => new(data.Revision, data.Number);

    internal static CatalogueProtocol.Refused FromData(RefusedReply data) => new(FailureCodec.FromData(Required.Of(data.Failure)));

    internal static CatalogueProtocol.Follow FromData(FollowCommand data) => new(data.Revision);

    internal static CatalogueProtocol.Changes FromData(ChangesReply data) =>
        new(data.Since, data.UpTo, data.More, data.StartsOver, [.. data.Entries.Select(FunctionCodec.FromData)]);

    private static SealedData ToData(CatalogueSnapshot snapshot)
    {
        var data = new SnapshotData { Revision = snapshot.Revision, Epoch = snapshot.Epoch, Writer = snapshot.Writer };
        data.Entries.Add(snapshot.Entries.Select(FunctionCodec.ToData));
        byte[] content = data.ToByteArray();
        return new SealedData { Content = UnsafeByteOperations.UnsafeWrap(content), Sha256 = UnsafeByteOperations.UnsafeWrap(SHA256.HashData(content)) };
    }

    private static DeployCommand ToData(CatalogueProtocol.Deploy deploy)
    {
        var data = new DeployCommand { Spec = FunctionCodec.ToData(deploy.Spec), RollOut = (int)deploy.RollOut };
        if (deploy.ExpectedActive is { } expected)
        {
            data.ExpectedActive = expected;
        }

        return data;
    }

    private static ActivateCommand ToData(CatalogueProtocol.Activate activate)
    {
        var data = new ActivateCommand { Name = activate.Name, RollOut = (int)activate.RollOut };
        if (activate.Number is { } number)
        {
            data.Number = number;
        }

        return data;
    }

    private static ChangesReply ToData(CatalogueProtocol.Changes changes)
    {
        var data = new ChangesReply { Since = changes.Since, UpTo = changes.UpTo, More = changes.More, StartsOver = changes.StartsOver };
        data.Entries.Add(changes.Entries.Select(FunctionCodec.ToData));
        return data;
    }
}
