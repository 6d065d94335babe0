using System.Text;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>@ruby/prism: Ruby's parser, a reactor with all 45 imports of WASI preview 1.</summary>
internal sealed class RubyPrism
{
    private readonly WasmInstance _instance;

    public RubyPrism(WasmInstance instance)
    {
        _instance = instance;
        instance.GetFunc("_initialize").Call<Nothing>();
    }

    public static ImportSet Imports { get; } = new ImportSet().DefineWasi();

    public bool IsValid(string source)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        uint at = Put(bytes);
        bool valid = (_instance.GetFunc("pm_parse_success_p").Call<uint, int, int, int>(at, bytes.Length, 0) & 0xff) != 0;
        Free(at);
        return valid;
    }

    public RubySyntax Parse(string source)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        uint at = Put(bytes);
        uint buffer = Allocate(_instance.GetFunc("pm_buffer_sizeof").Call<int>());
        _instance.GetFunc("pm_buffer_init").Call(buffer);
        _instance.GetFunc("pm_serialize_parse").Call<uint, uint, int, int, Nothing>(buffer, at, bytes.Length, 0);
        uint value = _instance.GetFunc("pm_buffer_value").Call<uint, uint>(buffer);
        int length = _instance.GetFunc("pm_buffer_length").Call<uint, int>(buffer);
        byte[] serialized = _instance.GetMemory().ReadBytes(value, length);
        _instance.GetFunc("pm_buffer_free").Call<uint, Nothing>(buffer);
        Free(at);
        Free(buffer);
        return RubySyntax.Read(serialized, bytes);
    }

    private uint Put(byte[] bytes)
    {
        uint at = Allocate(bytes.Length);
        _instance.GetMemory().Write(at, bytes);
        return at;
    }

    private uint Allocate(int length) => _instance.GetFunc("calloc").Call<int, int, uint>(1, length);

    private void Free(uint at) => _instance.GetFunc("free").Call<uint, Nothing>(at);
}
