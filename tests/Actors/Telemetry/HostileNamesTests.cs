using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Event;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Telemetry;

/// <summary>A module whose every name is long and full of control characters goes through everything that shows names.</summary>
[Collection(Alone.Name)]
public sealed class HostileNamesTests : IAsyncLifetime
{
    private const int Longest = 5_000;

    private static readonly string s_tail = "\n\u001b[31m\u202e\u2028\u0085" + new string('x', 60_000);

    private readonly ConcurrentQueue<string> _shown = new();
    private readonly CollectingSink _sink = new();
    private readonly Spans _spans = new();
    private WasmHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await WasmHost.StartAsync(HostFixture.Options with { Logger = _sink.Logger });
        var shown = _shown;
        var listener = _host.System.ActorOf(Props.Create(() => new Listener(shown)));
        _host.System.EventStream.Subscribe(listener, typeof(StoreEvents.StoreEvent));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _spans.Dispose();
    }

    [Fact]
    public async Task No_name_reaches_a_message_a_status_a_log_a_span_or_an_event_as_it_is()
    {
        var module = await _host.LoadTextAsync(Wat);
        Show(module.ToString(), module.Name!);
        await LinkErrorsAsync(module);

        var server = _host.System.ActorOf(Props.Create(() => new Silent(_shown)));
        var inline = new ImportSet().Define("env", Evil("inline"), (WasmCaller caller) => Throw(caller));
        var imports = new ImportMap(inline).ServeModule(Evil("served"), server, TimeSpan.FromMilliseconds(50));
        var store = await _host.CreateStoreAsync();
        var instance = await store.InstantiateAsync(module, imports);
        Show(instance.ToString(), instance.GetFunc(Evil("trap")).ToString());

        Show(Assert.Throws<WasmError>(() => instance.GetFunc(Evil("none"))));
        Show(Assert.Throws<WasmError>(() => instance.GetMemory(Evil("trap"))));
        Show(Assert.Throws<WasmError>(() => new ImportMap().DefineInstance(Evil("i"), instance).DefineInstance(Evil("i"), instance)));
        Show(await Assert.ThrowsAsync<Trap>(() => instance.GetFunc(Evil("trap")).CallAsync().AsTask()));
        Show(await Assert.ThrowsAsync<Trap>(() => instance.GetFunc(Evil("overflow")).CallAsync().AsTask()));
        Show(await Assert.ThrowsAsync<WasmError>(() => instance.GetFunc(Evil("inline")).CallAsync().AsTask()));
        await ParkedAsync(instance);
        await AkkaAsync(instance);
        await store.StopAsync();

        await Expect.ConditionAsync(() => _shown.Any(static s => s.StartsWith("StoreStopped", StringComparison.Ordinal)), "the events came");
        Show([.. _sink.Events.Select(static e => e.RenderMessage(CultureInfo.InvariantCulture))]);
        Show([.. _sink.Events.SelectMany(static e => e.Properties.Values).Select(static v => v.ToString())]);
        Show([.. _spans.Ended.SelectMany(static span => span.TagObjects.Select(static t => $"{t.Value}").Append(span.DisplayName).Append(span.StatusDescription ?? ""))]);
        Assert.Contains(_spans.Ended, static span => span.GetTagItem("wasmactors.import.name") is string name && name.StartsWith("served\\n", StringComparison.Ordinal));
        Assert.All(_shown, AssertSafe);
    }

    private static string Wat => $"""
        (module (@name "{Quoted("module")}")
          (import "{Quoted("served")}" "{Quoted("ask")}" (func $ask (param i32) (result i32)))
          (import "env" "{Quoted("inline")}" (func $inline))
          (func $trap (@name "{Quoted("trap")}") (export "{Quoted("trap")}") unreachable)
          (func $over (@name "{Quoted("overflow")}") (export "{Quoted("overflow")}") (call $over))
          (func (@name "{Quoted("inline")}") (export "{Quoted("inline")}") (call $inline))
          (func (@name "{Quoted("run")}") (export "{Quoted("run")}") (result i32) (call $ask (i32.const 1)))
          (memory (export "{Quoted("memory")}") 1))
        """;

    private static string Evil(string name) => name + s_tail;

    private static string Quoted(string name) => name + "\\0a\\1b[31m\\u{202e}\\u{2028}\\u{85}" + new string('x', 60_000);

    private static void Throw(WasmCaller caller)
    {
        Assert.Null(caller.TryGetExport("none"));
        throw new InvalidOperationException(Evil("thrown"));
    }

    private static void AssertSafe(string text)
    {
        Assert.InRange(text.Length, 0, Longest);
        Assert.DoesNotContain(text, static c => char.IsControl(c) || c is '\u202e' or '\u2028');
    }

    private async Task LinkErrorsAsync(WasmModule module)
    {
        var store = await _host.CreateStoreAsync();
        ImportMap[] wrong =
        [
            new(),
            new ImportMap(new ImportSet().Define("env", Evil("inline"), static (long x) => x)).ServeModule(Evil("served"), ActorRefs.Nobody),
            new ImportMap().Define("env", Evil("inline"), await store.CreateMemoryAsync(new MemoryType(1))).ServeModule(Evil("served"), ActorRefs.Nobody),
        ];
        foreach (var imports in wrong)
        {
            Show(await Assert.ThrowsAsync<WasmError>(() => store.InstantiateAsync(module, imports).AsTask()));
        }

        Show(await Assert.ThrowsAsync<WasmError>(() => _host.LoadTextAsync($"(module (func (export \"{Quoted("bad")}\") i32.add))")));
        await store.StopAsync();
    }

    // An answer that does not fit, none in time, a call that is given up.
    private async Task ParkedAsync(InstanceRef instance)
    {
        var run = instance.GetFunc(Evil("run"));
        Show(await Assert.ThrowsAsync<WasmError>(() => run.CallAsync().AsTask()));

        using var stop = new CancellationTokenSource();
        var imports = new ImportMap(new ImportSet().Define("env", Evil("inline"), static () => { }))
            .Serve(Evil("served"), Evil("ask"), new FuncType([ValType.I32], [ValType.I32]), _host.System.ActorOf(Props.Create(() => new Silent(_shown))));
        var waiting = await (await _host.CreateStoreAsync()).InstantiateAsync(instance.Module, imports);
        var parked = waiting.GetFunc(Evil("run")).CallAsync(new CallOptions(null, stop.Token)).AsTask();
        await Expect.ConditionAsync(() => _shown.Count(static s => s.StartsWith("ImportCall", StringComparison.Ordinal)) >= 2, "the guest waits");
        var status = await waiting.Store.GetStatusAsync();
        Show(status.ToString(), status.ParkedOn!);
        await stop.CancelAsync();
        Show(await Assert.ThrowsAsync<Trap>(() => parked));

        var delegates = new ImportMap(new ImportSet().Define("env", Evil("inline"), static () => { }))
            .Serve(Evil("served"), Evil("ask"), new Func<int, Task<int>>(static _ => throw new InvalidOperationException(Evil("thrown"))));
        var failing = await (await _host.CreateStoreAsync()).InstantiateAsync(instance.Module, delegates);
        Show(await Assert.ThrowsAsync<WasmError>(() => failing.GetFunc(Evil("run")).CallAsync().AsTask()));
    }

    // What Akka itself logs about the library's messages.
    private async Task AkkaAsync(InstanceRef instance)
    {
        int before = _sink.Events.Count;
        _host.System.Log.Warning("{0}", new StoreProtocol.SetGlobal(default, Val.I32(4711)));
        _host.System.Log.Warning("{0}", new WasmFailure(Evil("code"), Evil("message")));
        _host.System.Log.Warning("{0}", Evil("anything"));
        _host.System.DeadLetters.Tell(new ImportCall(default, Evil("served"), Evil("ask"), new FuncType([], []), [Val.I32(4711)], new CallerRef(instance.Store, default, null!, 0)), ActorRefs.NoSender);
        await Expect.ConditionAsync(() => _sink.Events.Count >= before + 3, "Akka's logs came");
        Assert.DoesNotContain(_sink.Events, static e => e.RenderMessage(CultureInfo.InvariantCulture).Contains("4711", StringComparison.Ordinal));
    }

    private void Show(WasmException failure)
    {
        var data = WasmFailure.From(failure);
        Show(failure.Message, data.ToString(), data.CauseMessage ?? "");
        Show([.. data.Frames.Select(static f => f.ToString())]);
        Assert.InRange(data.Frames.Count, 0, 64);
    }

    private void Show(params string[] texts)
    {
        foreach (string text in texts)
        {
            AssertSafe(text);
        }
    }

    private sealed class Listener(ConcurrentQueue<string> shown) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is StoreEvents.StoreEvent)
            {
                shown.Enqueue($"{message}");
            }
        }
    }

    private sealed class Silent(ConcurrentQueue<string> shown) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                shown.Enqueue($"{call}");
                shown.Enqueue(Assert.Throws<WasmError>(() => call.Returned(1, 2)).Message);
                if (call.Module.StartsWith("served", StringComparison.Ordinal) && call.Options.Within < TimeSpan.FromSeconds(1))
                {
                    Sender.Tell(new ImportReturned(call.Id, [Val.I64(1)]));
                }
            }
        }
    }
}
