using System.Runtime.Serialization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using CsCheck;
using Google.Protobuf;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Content;
using WasmActors.Functions.Leasing;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Serialization;
using WasmActors.Functions.Tests.Support;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Tests.Serialization;

public class WireSerializerTests : TestKit
{
    private static readonly CallDetails s_details = new(3, new CallTiming(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), TimeSpan.FromTicks(7)), Replayed: true, MayHaveRun: true);

    private readonly ManualClock _clock = new();
    private readonly WireSerializer _wire;

    public WireSerializerTests()
        : base("akka.actor.serializers.json = \"WasmActors.Functions.Serialization.DenyingSerializer, WasmActors.Functions\"\nakka.stdout-loglevel = OFF\nakka.loglevel = OFF") =>
        _wire = new WireSerializer((ExtendedActorSystem)Sys, _clock);

    [Fact]
    public void Every_message_reads_as_it_was_written()
    {
        foreach (object message in Messages())
        {
            byte[] bytes = _wire.ToBinary(message);
            object read = _wire.FromBinary(bytes, _wire.Manifest(message));

            Assert.Equal(message.GetType(), read.GetType());
            Assert.Equal(bytes, _wire.ToBinary(read));
        }

        Assert.Equal(WireSerializer.Types.ToHashSet(), Messages().Select(m => m.GetType()).ToHashSet());
    }

    [Fact]
    public void Numbers_keep_their_bits()
    {
        var values = new[] { Val.I32(-1), Val.I64(long.MinValue), Val.F32(float.NaN), Val.F64(-0.0), Val.V128(1, ulong.MaxValue) };

        var read = (FunctionProtocol.Invoke)Through(new FunctionProtocol.Invoke(1, "f", null, "e", 0, Within(TimeSpan.FromSeconds(1)), new FunctionInput.Numbers(values)));

        Assert.Equal(values, ((FunctionInput.Numbers)read.Input).Values);
    }

    [Fact]
    public void References_do_not_leave_the_process()
    {
        var call = new FunctionProtocol.Invoke(1, "f", null, "e", 0, Within(TimeSpan.FromSeconds(1)), new FunctionInput.Numbers([Val.ExternRef("mine")]));

        Assert.Equal(ErrorCode.WrongType, Assert.Throws<WasmError>(() => _wire.ToBinary(call)).Code);
    }

    [Fact]
    public void A_failure_keeps_all_that_is_data()
    {
        var failure = new WasmFailure("trap.unreachable", "The guest gave up.")
        {
            TrapCode = TrapCode.Unreachable,
            Frames = [new TrapFrame(7, "inner", "mod", 3, 99), new TrapFrame(8, null, null, null, null)],
            Fate = StoreFate.Stopped,
            Origin = FailureOrigin.Import,
            ExitStatus = 0,
            CauseType = "System.Exception",
            CauseMessage = "why",
        };

        var read = ((FunctionProtocol.Failed)Through(new FunctionProtocol.Failed(3, failure))).Failure;

        Assert.Equal(failure with { Frames = [] }, read with { Frames = [] });
        Assert.Equal(failure.Frames, read.Frames);
    }

    [Fact]
    public void A_failure_from_a_node_that_says_nothing_of_its_origin_is_of_its_store()
    {
        var old = new Wire.FailureData { Code = ErrorCode.StoreGone, Message = "gone" };

        Assert.Equal(FailureOrigin.Store, FailureCodec.FromData(old).Origin);
        Assert.Equal(old, FailureCodec.ToData(new WasmFailure(ErrorCode.StoreGone, "gone"))); // as an older node writes it
    }

    [Fact]
    public void A_specification_keeps_all_that_it_says()
    {
        var spec = FullSpec();

        var read = FunctionCodec.FromData(FunctionCodec.ToData(spec));

        Assert.Equal(spec.Limits, read.Limits);
        Assert.Equal(spec.Grants.Environment, read.Grants.Environment);
        Assert.Equal(spec.Grants.Folders.ToArray(), read.Grants.Folders.ToArray());
        Assert.Equal(spec.Grants.Imports, read.Grants.Imports);
        Assert.Equal(spec.Grants.CallerEnvironment, read.Grants.CallerEnvironment);
        Assert.Equal(WasmFeatures.Gc | WasmFeatures.Exceptions, read.Grants.Features);
        Assert.Equal(spec with { Grants = read.Grants }, read);
        Assert.True(FunctionCodec.Same(spec, read));
        Assert.False(FunctionCodec.Same(spec, spec with { Label = null }));
    }

    [Fact]
    public void Many_bytes_stay_where_they_are_and_their_place_is_told()
    {
        var bytes = new byte[Payload.InlineLimit + 1];
        var answer = new FunctionProtocol.Answered(1, new FunctionAnswer(new FunctionOutput.Bytes(Payload.Held(bytes, TestActor, 42)), s_details));

        var payload = ((FunctionOutput.Bytes)((FunctionProtocol.Answered)Through(answer)).Answer.Output).Payload;

        Assert.Null(payload.Here);
        Assert.Equal((bytes.Length, 42L, TestActor), (payload.Length, payload.Id, payload.Holder));
        Assert.True(_wire.ToBinary(answer).Length < 200);
    }

    [Fact]
    public void A_snapshot_of_which_one_bit_is_another_is_not_read()
    {
        var snapshot = new CatalogueSnapshot(9, 4, "a", [new FunctionEntry("full", 9, 3, 4, 2, [new FunctionVersion(3, Specs.Now, FullSpec())])]);
        byte[] bytes = _wire.ToBinary(snapshot);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.Throws<SerializationException>(() => _wire.FromBinary(bytes, _wire.Manifest(snapshot)));
            bytes[i] ^= 1;
        }

        Assert.IsType<CatalogueSnapshot>(_wire.FromBinary(bytes, _wire.Manifest(snapshot)));
    }

    [Fact]
    public void What_has_no_manifest_is_neither_written_nor_read()
    {
        Assert.Throws<SerializationException>(() => _wire.Manifest("text"));
        Assert.Throws<SerializationException>(() => _wire.FromBinary([], "launch.1"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(61)]
    public void A_time_that_no_call_has_is_not_read(int minutes)
    {
        var call = new Wire.InvokeCommand { WithinTicks = TimeSpan.FromMinutes(minutes).Ticks, Numbers = new Wire.NumbersData() };

        Assert.Throws<SerializationException>(() => _wire.FromBinary(call.ToByteArray(), "invoke.1"));
    }

    [Fact]
    public void A_calls_time_runs_on_while_its_message_waits_before_and_behind_the_wire()
    {
        var call = new FunctionProtocol.Invoke(1, "f", "k", "e", 0, Within(TimeSpan.FromSeconds(10)), new FunctionInput.Numbers([]));

        _clock.Advance(TimeSpan.FromSeconds(3));
        byte[] bytes = _wire.ToBinary(call);
        _clock.Advance(TimeSpan.FromSeconds(100)); // on the way, which nobody can tell
        var read = (FunctionProtocol.Invoke)_wire.FromBinary(bytes, _wire.Manifest(call));
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(2), read.Time.Left);
        Assert.True(call.Time.IsOver);
    }

    [Fact]
    public void What_is_told_about_a_call_arrives_with_its_answer_and_with_its_failure()
    {
        var answered = (FunctionProtocol.Answered)Through(new FunctionProtocol.Answered(1, new FunctionAnswer(new FunctionOutput.Numbers(default), s_details)));
        var failed = (FunctionProtocol.Failed)Through(new FunctionProtocol.Failed(1, new WasmFailure("call.busy", "later") { RetryAfter = TimeSpan.FromMilliseconds(20) }) { Details = s_details });

        Assert.Equal(s_details, answered.Answer.Details);
        Assert.Equal(s_details, CallDetails.Of(failed.ToException()));
        Assert.Equal(TimeSpan.FromMilliseconds(20), Assert.IsType<WasmError>(failed.ToException()).RetryAfter);
    }

    [Fact]
    public void Any_bytes_under_any_manifest_are_read_or_refused()
    {
        string[] manifests = [.. Messages().Select(_wire.Manifest)];

        Gen.Select(Gen.Int[0, manifests.Length - 1], Gen.Byte.Array[0, 64]).Sample((manifest, bytes) =>
        {
            try
            {
                Assert.NotNull(_wire.FromBinary(bytes, manifests[manifest]));
            }
            catch (SerializationException)
            {
                // Refused.
            }
        });
    }

    [Fact]
    public void A_written_message_with_a_flipped_bit_is_read_or_refused()
    {
        object[] messages = [.. Messages()];
        Gen.Select(Gen.Int[0, messages.Length - 1], Gen.Int[0, 1_000_000]).Sample((which, at) =>
        {
            object message = messages[which];
            byte[] bytes = _wire.ToBinary(message);
            if (bytes.Length > 0)
            {
                bytes[at / 8 % bytes.Length] ^= (byte)(1 << (at % 8));
            }

            try
            {
                Assert.NotNull(_wire.FromBinary(bytes, _wire.Manifest(message)));
            }
            catch (SerializationException)
            {
                // Refused.
            }
        });
    }

    [Fact]
    public void Json_is_denied_both_ways()
    {
        Assert.IsType<DenyingSerializer>(Sys.Serialization.FindSerializerFor(new Victim()));
        Assert.Throws<SerializationException>(() => { Sys.Serialization.Serialize(new Victim()); });
        Assert.Throws<SerializationException>(() => { Sys.Serialization.Deserialize("{\"$type\":\"System.Diagnostics.Process\"}"u8.ToArray(), 1, typeof(object).AssemblyQualifiedName); });
    }

    private CallTime Within(TimeSpan time) => new(_clock, time);

    private object Through(object message) => _wire.FromBinary(_wire.ToBinary(message), _wire.Manifest(message));

    private IEnumerable<object> Messages()
    {
        var version = new FunctionVersion(3, Specs.Now, FullSpec());
        var entry = new FunctionEntry("full", 9, 3, 4, 2, [version]);
        var failure = new WasmFailure("call.busy", "later");
        yield return new CatalogueEvent.Deployed(1, version, RollOut.AtOnce);
        yield return new CatalogueEvent.Activated(2, "full", 3, RollOut.AtOnce);
        yield return new CatalogueEvent.Deleted(3, "full");
        yield return new CatalogueOpened(4, 3, "akka.tcp://wasmactors@10.0.0.1:4053#1", 2);
        yield return new CatalogueSnapshot(9, 4, "akka.tcp://wasmactors@10.0.0.1:4053#1", [entry]);
        yield return new CatalogueProtocol.Deploy(FullSpec(), RollOut.AtOnce, 0);
        yield return new CatalogueProtocol.Deploy(Specs.Spec("plain"), RollOut.WhenIdle, null);
        yield return new CatalogueProtocol.Activate("full", null, RollOut.WhenIdle);
        yield return new CatalogueProtocol.Activate("full", 2, RollOut.AtOnce);
        yield return new CatalogueProtocol.Delete("full");
        yield return new CatalogueProtocol.Accepted(4, 2);
        yield return new CatalogueProtocol.Refused(failure);
        yield return new CatalogueProtocol.Follow(7);
        yield return new CatalogueProtocol.Changes(1, 9, true, true, [entry]);
        yield return new FunctionProtocol.Invoke(5, "f", "käy/☃", "run", 77, Within(TimeSpan.FromMilliseconds(1500)), new FunctionInput.Numbers([1, 2L])) { Identity = new CallIdentity("once", new UInt128(1, 2)) };
        yield return new FunctionProtocol.Invoke(6, "f", null, "run", 0, Within(TimeSpan.FromSeconds(1)), new FunctionInput.Bytes(Payload.Inline("abc"u8.ToArray())));
        yield return new FunctionProtocol.Invoke(6, "f", null, "", 0, Within(TimeSpan.FromSeconds(1)), new FunctionInput.Program(["a", ""], FullSpec().Grants.Environment, Payload.Inline(default)));
        yield return new FunctionProtocol.Answered(5, new FunctionAnswer(new FunctionOutput.Numbers(new Results([1.5])), s_details));
        yield return new FunctionProtocol.Answered(5, new FunctionAnswer(new FunctionOutput.Bytes(Payload.Elsewhere(99_999, TestActor, 3)), s_details));
        yield return new FunctionProtocol.Answered(5, new FunctionAnswer(new FunctionOutput.Program(1, Payload.Inline("out"u8.ToArray()), Payload.Inline(default)), s_details));
        yield return new FunctionProtocol.Failed(5, failure);
        yield return new FunctionProtocol.Failed(5, failure with { RetryAfter = TimeSpan.FromSeconds(1) }) { Details = s_details };
        yield return new PayloadProtocol.Fetch(3, 65_536);
        yield return new PayloadProtocol.Part(3, 65_536, "part"u8.ToArray());
        yield return new PayloadProtocol.Part(3, 65_536, null);
        yield return new PayloadProtocol.Release(3);
        yield return new LeaseProtocol.Confirm(8, -5, 512);
        yield return new LeaseProtocol.Confirmed(8, 5);
        yield return new PlacementProtocol.Departing(-7);
    }

    private static FunctionSpec FullSpec() => new("full")
    {
        ModuleDigest = new string('f', 64),
        Label = "v1.2+x",
        Kind = FunctionKind.Keyed,
        Convention = CallingConvention.Bytes,
        Reuse = StoreReuse.UntilIdle,
        Limits = new FunctionLimits
        {
            MemoryBytes = 1 << 20,
            Deadline = TimeSpan.FromMilliseconds(1234),
            Fuel = ulong.MaxValue,
            IdleAfter = TimeSpan.FromSeconds(5),
            QueueLimit = 0,
            Stores = 3,
            PayloadBytes = 7,
        },
        Grants = new FunctionGrants
        {
            Environment = new FunctionGrants().Environment.Add("B", "2").Add("A", ""),
            Folders = [new PreopenedFolder("/data", "/d", ReadOnly: false), new PreopenedFolder("/x", "y")],
            Imports = new FunctionGrants().Imports.Add("kv"),
            CallerArguments = true,
            CallerEnvironment = new FunctionGrants().CallerEnvironment.Add("LANG"),
            Features = WasmFeatures.Gc | WasmFeatures.Exceptions,
        },
    };

    private sealed record Victim;
}
