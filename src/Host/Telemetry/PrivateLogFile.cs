using System.Text;
using Serilog.Sinks.File;
using WasmActors.Host.Persistence;

namespace WasmActors.Host.Telemetry;

/// <summary>Closes each log file to other users as it is opened.</summary>
internal sealed class PrivateLogFile : FileLifecycleHooks
{
    /// <summary>What the settings of the sink name, in the form of Serilog.Settings.Configuration.</summary>
    public static string Setting => $"{typeof(PrivateLogFile).FullName}::{nameof(Instance)}, {typeof(PrivateLogFile).Assembly.GetName().Name}";

    /// <summary>The only one.</summary>
    public static PrivateLogFile Instance { get; } = new();

    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        if (underlyingStream is FileStream file)
        {
            PrivateFiles.Close(file.SafeFileHandle, path);
        }
        else
        {
            PrivateFiles.CloseIfExists(path); // Serilog counts bytes in a stream of its own around the file's
        }

        return underlyingStream;
    }
}
