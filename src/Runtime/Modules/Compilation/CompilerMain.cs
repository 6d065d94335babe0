using System.Security.Cryptography;
using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>What the compiler program does, in its own process: compiles one module within limits.</summary>
internal static class CompilerMain
{
    // The system's default of 8 MiB, whatever this process was started with.
    private const int StackBytes = 8 << 20;

    private static ReadOnlySpan<byte> EmptyModule => [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    /// <summary>Called by the compiler program. Standard output carries the protocol and nothing else.</summary>
    /// <returns>The exit code.</returns>
    internal static int Run()
    {
        ProcessLimits.LowerPriority();
        int exitCode = 0;
        var worker = new Thread(() => exitCode = Serve(Console.OpenStandardInput(), Console.OpenStandardOutput()), StackBytes);
        worker.Start();
        worker.Join();
        return exitCode;
    }

    private static int Serve(Stream input, Stream output)
    {
        try
        {
            using var reader = new BinaryReader(input, Encoding.UTF8);
            var (key, settings) = CompilerProtocol.ReadGreeting(reader);
            using var engine = new WasmEngine(settings);
            Compile(engine, EmptyModule);
            output.Write(CompilerProtocol.Ready);
            output.Flush();

            long cpuSeconds = reader.ReadInt64();
            long memoryBytes = reader.ReadInt64();
            byte[] wasm = new byte[reader.ReadInt32()];
            input.ReadExactly(wasm);
            byte[] digest = SHA256.HashData(wasm);
            if (!ProcessLimits.Set(cpuSeconds, memoryBytes))
            {
                Console.Error.WriteLine("The limits cannot be set.");
                return 1;
            }

            if (Answer(engine, wasm) is not var (kind, bytes))
            {
                return CompilerProtocol.OutOfMemory;
            }

            byte[] code = CompilerProtocol.CodeOf(key, settings, digest, kind, bytes);
            using var writer = new BinaryWriter(output, Encoding.UTF8);
            writer.Write((byte)kind);
            writer.Write((long)bytes.Length);
            writer.Write(bytes);
            writer.Write(code);
            return 0;
        }
        catch (EndOfStreamException)
        {
            return 0; // The parent has nothing to compile any more.
        }
        catch (OutOfMemoryException)
        {
            return CompilerProtocol.OutOfMemory;
        }
    }

    // Null when there was not enough memory.
    private static (CompilerAnswer Kind, byte[] Bytes)? Answer(WasmEngine engine, byte[] wasm)
    {
        try
        {
            return (CompilerAnswer.Artifact, Compile(engine, wasm));
        }
        catch (WasmError failure) when (failure.Message.Contains("os error 12", StringComparison.Ordinal)
            || failure.Message.Contains("Cannot allocate memory", StringComparison.Ordinal))
        {
            return null;
        }
        catch (WasmError failure)
        {
            byte[] text = Encoding.UTF8.GetBytes($"{failure.Code}\n{failure.Message}");
            return (CompilerAnswer.Failure, text[..Math.Min(text.Length, CompilerProtocol.MaxFailureBytes)]);
        }
    }

    private static byte[] Compile(WasmEngine engine, ReadOnlySpan<byte> wasm)
    {
        using var module = WasmModule.FromBinary(engine, wasm, name: null);
        return ModuleTypes.Serialize(module);
    }
}
