using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Owns the memory that a native future works on: the function, its values, its outcome. It stays where it is until no
/// future is left.</summary>
internal sealed unsafe class FutureFrame : IDisposable
{
    private Header* _header;
    private int _capacity;

    ~FutureFrame() => NativeMemory.Free(_header);

    internal NativeFunc* Func => &_header->Func;

    internal NativeInstance* Instance => &_header->Instance;

    internal nint* Trap => &_header->Trap;

    internal nint* Error => &_header->Error;

    internal NativeVal* Vals => (NativeVal*)(_header + 1);

    /// <summary>Clears the outcome and makes room for so many values.</summary>
    internal void Prepare(int vals)
    {
        if (_header is null || vals > _capacity)
        {
            NativeMemory.Free(_header);
            _header = null;
            _capacity = Math.Max(4, vals);
            _header = (Header*)NativeMemory.AllocZeroed((nuint)(sizeof(Header) + (_capacity * sizeof(NativeVal))));
        }

        _header->Trap = 0;
        _header->Error = 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_header);
        _header = null;
        _capacity = 0;
        GC.SuppressFinalize(this);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public NativeFunc Func;
        public NativeInstance Instance;
        public nint Trap;
        public nint Error;
    }
}
