using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Google.Protobuf;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace WasmActors.Functions.Calls;

/// <summary>Calls and their bytes on the wire. Only numbers and vectors pass: references mean something in their own
/// store only.</summary>
internal sealed class CallCodec(ExtendedActorSystem system, TimeProvider clock)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    internal static IMessage ToData(object message) => message switch
    {
        FunctionProtocol.Invoke m => ToData(m),
        FunctionProtocol.Answered m => ToData(m),
        FunctionProtocol.Failed m => new FailedReply { Id = m.Id, Failure = FailureCodec.ToData(m.Failure), Details = m.Details is { } details ? ToData(details) : null },
        PayloadProtocol.Fetch m => new FetchCommand { Id = m.Id, Offset = m.Offset },
        PayloadProtocol.Part m => ToData(m),
        PayloadProtocol.Release m => new ReleaseCommand { Id = m.Id },
        _ => throw new ArgumentException($"{message.GetType().Name} is no message of a call.", nameof(message)),
    };

    internal FunctionProtocol.Invoke FromData(InvokeCommand data) => new(
        data.Id,
        data.Function,
        data.HasKey ? data.Key : null,
        data.Export,
        data.Revision,
        new CallTime(clock, Within(data.WithinTicks)),
        data.InputCase switch
        {
            InvokeCommand.InputOneofCase.Numbers => new FunctionInput.Numbers(FromData(data.Numbers)),
            InvokeCommand.InputOneofCase.Bytes => new FunctionInput.Bytes(FromData(data.Bytes)),
            InvokeCommand.InputOneofCase.Program => FromData(data.Program),
            _ => throw Unreadable("a call without input"),
        })
    {
        Identity = data.Identity is { } identity ? new CallIdentity(identity.Key, new UInt128(identity.ContentHigh, identity.ContentLow)) : null,
        Trace = data.Trace is { } trace ? TraceCodec.FromData(trace) : default,
    };

    internal FunctionProtocol.Answered FromData(AnsweredReply data) => new(
        data.Id,
        new FunctionAnswer(OutputOf(data), data.Details is { } details ? FromData(details) : default));

    private FunctionOutput OutputOf(AnsweredReply data) => data.OutputCase switch
    {
        AnsweredReply.OutputOneofCase.Numbers => new FunctionOutput.Numbers(new Results(FromData(data.Numbers))),
        AnsweredReply.OutputOneofCase.Bytes => new FunctionOutput.Bytes(FromData(data.Bytes)),
        AnsweredReply.OutputOneofCase.Program => new FunctionOutput.Program(data.Program.Status, FromData(Required.Of(data.Program.Stdout)), FromData(Required.Of(data.Program.Stderr))),
        _ => throw Unreadable("an answer without output"),
    };

    internal static FunctionProtocol.Failed FromData(FailedReply data) => new(data.Id, FailureCodec.FromData(Required.Of(data.Failure)))
    {
        Details = data.Details is { } details ? FromData(details) : null,
    };

    internal static PayloadProtocol.Fetch FromData(FetchCommand data) => new(data.Id, data.Offset);

    internal static PayloadProtocol.Part FromData(PartReply data) => new(data.Id, data.Offset, data.HasBytes ? data.Bytes.Memory : (ReadOnlyMemory<byte>?)null);

    internal static PayloadProtocol.Release FromData(ReleaseCommand data) => new(data.Id);

    private static InvokeCommand ToData(FunctionProtocol.Invoke invoke)
    {
        var data = new InvokeCommand { Id = invoke.Id, Function = invoke.Function, Export = invoke.Export, Revision = invoke.Revision, WithinTicks = invoke.Time.Left.Ticks };
        if (invoke.Key is { } key)
        {
            data.Key = key;
        }

        if (invoke.Identity is { } identity)
        {
            data.Identity = new IdentityData { Key = identity.Key, ContentLow = (ulong)identity.Content, ContentHigh = (ulong)(identity.Content >> 64) };
        }

        if (invoke.Trace != default)
        {
            data.Trace = TraceCodec.ToData(invoke.Trace);
        }

        switch (invoke.Input)
        {
            case FunctionInput.Numbers numbers:
                data.Numbers = ToData(numbers.Values);
                break;
            case FunctionInput.Bytes bytes:
                data.Bytes = ToData(bytes.Body);
                break;
            case FunctionInput.Program program:
                data.Program = new ProgramInputData { Stdin = ToData(program.Stdin) };
                data.Program.Arguments.Add(program.Arguments);
                data.Program.Environment.Add(program.Environment.Select(static v => new VariableData { Name = v.Key, Value = v.Value }));
                break;
        }

        return data;
    }

    private static AnsweredReply ToData(FunctionProtocol.Answered answered)
    {
        var data = new AnsweredReply { Id = answered.Id, Details = ToData(answered.Answer.Details) };
        switch (answered.Answer.Output)
        {
            case FunctionOutput.Numbers numbers:
                data.Numbers = ToData(numbers.Values);
                break;
            case FunctionOutput.Bytes bytes:
                data.Bytes = ToData(bytes.Payload);
                break;
            case FunctionOutput.Program program:
                data.Program = new ProgramOutputData { Status = program.Status, Stdout = ToData(program.Stdout), Stderr = ToData(program.Stderr) };
                break;
        }

        return data;
    }

    private static PartReply ToData(PayloadProtocol.Part part)
    {
        var data = new PartReply { Id = part.Id, Offset = part.Offset };
        if (part.Bytes is { } bytes)
        {
            data.Bytes = UnsafeByteOperations.UnsafeWrap(bytes);
        }

        return data;
    }

    private static PayloadData ToData(Payload payload) => payload.Holder is { } holder
        ? new PayloadData { Holder = AkkaSerialization.SerializedActorPath(holder), Id = payload.Id, Length = payload.Length }
        : new PayloadData { Bytes = UnsafeByteOperations.UnsafeWrap(payload.Here!.Value), Length = payload.Length };

    private Payload FromData(PayloadData data)
    {
        if (!data.HasHolder)
        {
            return Payload.Inline(data.Bytes.Memory);
        }

        return data.Length >= 0
            ? Payload.Elsewhere(data.Length, system.Provider.ResolveActorRef(data.Holder), data.Id)
            : throw Unreadable("a payload of a negative length");
    }

    private FunctionInput.Program FromData(ProgramInputData data) => new(
        [.. data.Arguments],
        data.Environment.ToImmutableSortedDictionary(static v => v.Name, static v => v.Value, StringComparer.Ordinal),
        FromData(Required.Of(data.Stdin)));

    private static NumbersData ToData(IReadOnlyList<Val> values)
    {
        var data = new NumbersData();
        for (int i = 0; i < values.Count; i++)
        {
            var value = values[i];
            data.Values.Add(value.Kind <= ValKind.V128
                ? new ValData { Kind = (uint)value.Kind, Low = value.LowBits, High = value.HighBits }
                : throw new WasmError(ErrorCode.WrongType, $"A value of kind {value.Kind} cannot leave its store."));
        }

        return data;
    }

    private static Val[] FromData(NumbersData data)
    {
        var values = new Val[data.Values.Count];
        for (int i = 0; i < values.Length; i++)
        {
            var value = data.Values[i];
            values[i] = value.Kind <= (uint)ValKind.V128
                ? Val.Number((ValKind)value.Kind, value.Low, value.High)
                : throw Unreadable($"a value of kind {value.Kind}");
        }

        return values;
    }

    private static DetailsData ToData(in CallDetails details) => new()
    {
        Version = details.Version,
        QueueTicks = details.Timing.Queue.Ticks,
        StartTicks = details.Timing.Start.Ticks,
        RunTicks = details.Timing.Run.Ticks,
        Replayed = details.Replayed,
        MayHaveRun = details.MayHaveRun,
    };

    private static CallDetails FromData(DetailsData data) => new(
        data.Version,
        new CallTiming(TimeSpan.FromTicks(data.QueueTicks), TimeSpan.FromTicks(data.StartTicks), TimeSpan.FromTicks(data.RunTicks)),
        data.Replayed,
        data.MayHaveRun);

    private static TimeSpan Within(long ticks) => ticks >= 0 && ticks <= s_longest.Ticks
        ? TimeSpan.FromTicks(ticks)
        : throw Unreadable("a time that no call has");

    private static SerializationException Unreadable(string what) =>
        new($"A message came with {what}: the nodes are of different versions, or a peer is none of ours.");
}
