using System.Text;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Registry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Imports;

/// <summary>
/// The set of imports <c>functions</c>: a guest that is granted it calls deployed functions by name and key. docs/functions.md has the interface.
/// The guest waits without a thread; what it calls has no more time than it has itself.
/// </summary>
internal sealed class FunctionCalls
{
    /// <summary>The name that it is granted by.</summary>
    public const string Set = "functions";

    private const string Module = "wasmactors";
    private const string Call = "call";
    private const string Allocator = "wasmactors_alloc";
    private const uint Failed = 1u << 31;
    private const int MaxNames = 1024;
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1); // as a function's deadline, which ends it before
    private static readonly FuncType s_type = new(Enumerable.Repeat(ValType.I32, 8), [ValType.I64]);

    private volatile FunctionHost? _functions;

    /// <summary>Says which functions are called. Before that guests are answered a failure.</summary>
    public void Connect(FunctionHost functions) => _functions = functions;

    /// <summary>Adds the import to those of stores.</summary>
    public void Offer(ImportMap imports) => imports.Serve(Module, Call, AnswerAsync, s_type, s_longest);

    private async Task<long> AnswerAsync(CallerRef caller, int name, int nameLength, int key, int keyLength, int export, int exportLength, int input, int inputLength)
    {
        ReadOnlyMemory<byte> output;
        uint failed = 0;
        try
        {
            output = await CallAsync(
                caller,
                await TextAsync(caller, name, nameLength).ConfigureAwait(false),
                keyLength == 0 ? null : await TextAsync(caller, key, keyLength).ConfigureAwait(false),
                await TextAsync(caller, export, exportLength).ConfigureAwait(false),
                inputLength == 0 ? default : await caller.ReadAsync((uint)input, inputLength).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (WasmException failure) when (failure.Code != ErrorCode.CallerGone)
        {
            output = Encoding.UTF8.GetBytes($"{failure.Code}: {GuestText.Clean(failure.Message, GuestText.MessageLimit)}");
            failed = Failed;
        }

        return (long)((ulong)await GiveAsync(caller, output).ConfigureAwait(false) << 32 | failed | (uint)output.Length);
    }

    private async ValueTask<ReadOnlyMemory<byte>> CallAsync(CallerRef caller, string name, string? key, string export, ReadOnlyMemory<byte> input)
    {
        var functions = _functions ?? throw new WasmError(FunctionErrorCode.CatalogueUnavailable, "The node has just started and calls no functions yet.");
        var function = functions.Get(name, key);
        var request = CallingConventions.ShapeOf(functions.Catalogue.Get(name).ActiveVersion!.Spec.Convention) switch
        {
            CallShape.Bytes => FunctionRequest.Bytes(export, input),
            CallShape.Program => FunctionRequest.Program(new ProgramInput(input)),
            _ => throw new WasmError(FunctionErrorCode.WrongConvention, $"'{name}' takes numbers: guests call functions of bytes, and WASI programs."),
        };
        var reply = await function.SendAsync(request, new CallOptions(caller.Options.Within)).ConfigureAwait(false);
        return reply.Program is not { } program ? reply.Bytes
            : program.Status == 0 ? program.Stdout
            : throw new WasmError(ErrorCode.WasiExit, $"The program '{name}' ended with the exit status {program.Status}.");
    }

    private static async ValueTask<string> TextAsync(CallerRef caller, int address, int length) => length is >= 0 and <= MaxNames
        ? await caller.ReadStringAsync((uint)address, length).ConfigureAwait(false)
        : throw new WasmError(ErrorCode.BadArguments, $"A name, a key or an export of {(uint)length} bytes is longer than {MaxNames}.");

    // The guest's own memory for what it gets, as with the input of a call.
    private static async ValueTask<uint> GiveAsync(CallerRef caller, ReadOnlyMemory<byte> output)
    {
        if (output.IsEmpty)
        {
            return 0;
        }

        uint address = (uint)(await caller.CallAsync(Allocator, output.Length).ConfigureAwait(false)).Value.AsI32();
        await caller.WriteAsync(address, output).ConfigureAwait(false);
        return address;
    }
}
