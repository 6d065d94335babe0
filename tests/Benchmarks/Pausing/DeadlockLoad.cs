using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>Calls that could wait for ever, and how soon each is told so. The calls' own time is 30 s.</summary>
internal static class DeadlockLoad
{
    private static readonly FuncType s_ask = new([ValType.I32, ValType.I32], [ValType.I32]);

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        await using var host = await options.StartHostAsync().ConfigureAwait(false);
        bool right = true;

        FuncRef self = null!;
        var relay = host.System.ActorOf(Props.Create(() => new Relay(() => self)));
        var store = await NewAsync(host, new ImportMap(Inline()).Serve("env", "ask", s_ask, relay)).ConfigureAwait(false);
        self = store.GetFunc("warm");
        right &= await EndsAsync("a store that calls itself through a host actor", store.GetFunc("once"), ErrorCode.Reentrant).ConfigureAwait(false);

        InstanceRef first = null!;
        var second = await NewAsync(host, new ImportMap(Inline()).Serve("env", "ask", async (int a, int _) => await first.GetFunc("warm").CallAsync<int, int>(a).ConfigureAwait(false))).ConfigureAwait(false);
        first = await NewAsync(host, new ImportMap(Inline()).Serve("env", "ask", async (int a, int _) => await second.GetFunc("once").CallAsync<int, int>(a).ConfigureAwait(false))).ConfigureAwait(false);
        right &= await EndsAsync("two stores that call each other", first.GetFunc("once"), ErrorCode.Reentrant).ConfigureAwait(false);

        var silent = host.System.ActorOf(Props.Create(static () => new Silent()));
        var asking = await NewAsync(host, new ImportMap(Inline()).Serve("env", "ask", s_ask, silent, TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        right &= await EndsAsync("a server that never answers (its time is 1 s)", asking.GetFunc("once"), ErrorCode.ImportDeadlineExceeded).ConfigureAwait(false);

        var mortal = host.System.ActorOf(Props.Create(static () => new Silent()));
        var orphan = await NewAsync(host, new ImportMap(Inline()).Serve("env", "ask", s_ask, mortal)).ConfigureAwait(false);
        var ending = Task.Run(async () =>
        {
            while ((await orphan.Store.GetStatusAsync().ConfigureAwait(false)).Activity != StoreActivity.Parked)
            {
                await Task.Yield();
            }

            mortal.Tell(PoisonPill.Instance);
        });
        right &= await EndsAsync("a server that dies", orphan.GetFunc("once"), ErrorCode.ImportServerGone).ConfigureAwait(false);
        await ending.ConfigureAwait(false);
        return right;
    }

    private static async Task<bool> EndsAsync(string what, FuncRef call, string code)
    {
        var clock = Stopwatch.StartNew();
        string ended;
        try
        {
            ended = $"answered {await call.CallAsync<int, int>(1).ConfigureAwait(false)}";
        }
        catch (WasmException failure)
        {
            ended = failure.Code;
        }

        return PauseOptions.Tell(what, $"{clock.Elapsed.TotalMilliseconds:f1} ms", ended, ended == code && clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    private static async Task<InstanceRef> NewAsync(WasmHost host, ImportMap imports) =>
        await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(await host.LoadTextAsync(PauseGuests.Asking).ConfigureAwait(false), imports).ConfigureAwait(false);

    private static ImportSet Inline() => new ImportSet().Define("env", "inline", static (int x) => x);

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Relay(Func<FuncRef> function) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                _ = AnswerAsync(call).PipeTo(Sender);
            }
        }

        private async Task<object> AnswerAsync(ImportCall call)
        {
            try
            {
                return call.Returned(await function().CallAsync<int, int>(1, call.Options).ConfigureAwait(false));
            }
            catch (WasmException failure)
            {
                return new ImportTrapped(call.Id, WasmFailure.From(failure));
            }
        }
    }
}
