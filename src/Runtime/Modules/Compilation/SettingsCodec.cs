
namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>An engine's settings as bytes: those of them that compiled code depends on.</summary>
internal static class SettingsCodec
{
    /// <summary>Writes the settings.</summary>
    public static void Write(BinaryWriter writer, EngineSettings settings)
    {
        var pool = settings.Pooling;
        writer.Write((byte)settings.Allocation);
        writer.Write(pool.MaxInstances);
        writer.Write(pool.MaxMemoryBytes);
        writer.Write(pool.MaxTableElements);
        writer.Write(pool.MaxMemoriesPerModule);
        writer.Write(pool.MaxTablesPerModule);
        writer.Write(pool.KeepResidentBytes);
        writer.Write(settings.Fuel);
        writer.Write(settings.MaxWasmStackBytes);
        writer.Write(settings.Gc);
        writer.Write(settings.Exceptions);
        writer.Write(settings.TailCalls);
        writer.Write(settings.Memory64);
        writer.Write(settings.MultiMemory);
        writer.Write(settings.RelaxedSimd);
        writer.Write(settings.Threads);
        writer.Write(settings.WideArithmetic);
        writer.Write(settings.CustomPageSizes);
        writer.Write(settings.ReserveMemory);
        writer.Write(settings.MemoryImages);
    }

    /// <summary>Reads what was written; the compiler works on one thread, so that its processor time is all there is to count.</summary>
    public static EngineSettings Read(BinaryReader reader) => new()
    {
        Allocation = (AllocationStrategy)reader.ReadByte(),
        Pooling = new PoolingSettings
        {
            MaxInstances = reader.ReadInt32(),
            MaxMemoryBytes = reader.ReadInt64(),
            MaxTableElements = reader.ReadInt32(),
            MaxMemoriesPerModule = reader.ReadInt32(),
            MaxTablesPerModule = reader.ReadInt32(),
            KeepResidentBytes = reader.ReadInt32(),
        },
        Fuel = reader.ReadBoolean(),
        MaxWasmStackBytes = reader.ReadInt32(),
        Gc = reader.ReadBoolean(),
        Exceptions = reader.ReadBoolean(),
        TailCalls = reader.ReadBoolean(),
        Memory64 = reader.ReadBoolean(),
        MultiMemory = reader.ReadBoolean(),
        RelaxedSimd = reader.ReadBoolean(),
        Threads = reader.ReadBoolean(),
        WideArithmetic = reader.ReadBoolean(),
        CustomPageSizes = reader.ReadBoolean(),
        ReserveMemory = reader.ReadBoolean(),
        MemoryImages = reader.ReadBoolean(),
        ParallelCompilation = false,
    };
}
