using System.Text;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>@dprint/json: a plugin of dprint, interface version 4, without imports.</summary>
internal sealed class DprintJson(WasmInstance instance)
{
    private const int ConfigId = 1;

    /// <exception cref="FormatException">The text is no JSON.</exception>
    public string Format(string filePath, string text, string configJson)
    {
        Send(configJson);
        instance.GetFunc("register_config").Call<int, Nothing>(ConfigId);
        string diagnostics = Receive(instance.GetFunc("get_config_diagnostics").Call<int, int>(ConfigId));
        if (diagnostics != "[]")
        {
            throw new ArgumentException(diagnostics, nameof(configJson));
        }

        Send(filePath);
        instance.GetFunc("set_file_path").Call<Nothing>();
        Send(text);
        string result = instance.GetFunc("format").Call<int, int>(ConfigId) switch
        {
            0 => text,
            1 => Receive(instance.GetFunc("get_formatted_text").Call<int>()),
            _ => throw new FormatException(Receive(instance.GetFunc("get_error_text").Call<int>())),
        };
        instance.GetFunc("release_config").Call<int, Nothing>(ConfigId);
        return result;
    }

    private void Send(string text)
    {
        uint address = instance.GetFunc("clear_shared_bytes").Call<int, uint>(Encoding.UTF8.GetByteCount(text));
        instance.GetMemory().WriteString(address, text);
    }

    private string Receive(int length) =>
        instance.GetMemory().ReadString(instance.GetFunc("get_shared_bytes_ptr").Call<uint>(), length);
}
