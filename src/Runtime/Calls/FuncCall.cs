using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Calls;

/// <summary>One call of a function. Get it from <see cref="WasmStore.BeginCall(WasmFunc)"/>, dispose it when its results are read.</summary>
public sealed class FuncCall : GuestCall, IDisposable
{
    private RawVal[] _slots = [];
    private Val[] _arguments = [];
    private Val[] _results = [];
    private WasmFunc _func = null!;

    internal FuncCall(WasmStore store)
        : base(store)
    {
    }

    /// <summary>The function that is called.</summary>
    public WasmFunc Func => _func;

    /// <summary>The results of a completed call.</summary>
    public Results Results
    {
        get
        {
            var type = _func.Type;
            if (!type.IsNumeric)
            {
                return new Results(_results);
            }

            if (type.Results.Length == 1)
            {
                return new Results(RawSlots.ToVal(ref _slots[0], 0, type.Results[0].Kind));
            }

            var values = type.Results.Length == 0 ? [] : new Val[type.Results.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = RawSlots.ToVal(ref _slots[0], i, type.Results[i].Kind);
            }

            return new Results(values);
        }
    }

    /// <summary>Arguments before, results after a call with numbers only.</summary>
    internal Span<RawVal> Slots => _slots.AsSpan(0, _func.Type.SlotCount);

    /// <summary>Sets the arguments.</summary>
    /// <exception cref="WasmError"><c>call.bad_arguments</c></exception>
    public void SetArguments(params ReadOnlySpan<Val> arguments)
    {
        var type = _func.Type;
        if (!type.IsNumeric)
        {
            ValConversion.CheckArguments(type, arguments);
            _arguments = arguments.ToArray();
            return;
        }

        if (arguments.Length != type.Params.Length)
        {
            ValConversion.CheckArguments(type, arguments);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            ref readonly Val given = ref arguments[i];
            if (given.Kind != type.Params[i].Kind)
            {
                ValConversion.CheckArguments(type, arguments);
            }

            RawSlots.FromVal(ref _slots[0], i, in given);
        }
    }

    /// <summary>Gives the object back to its store, to serve another call: do not use it after that.</summary>
    public void Dispose()
    {
        if (Store.IsDisposed)
        {
            return;
        }

        using var _ = Store.Enter();
        GiveBack();
    }

    /// <summary>Gives the object back; the store must have been entered.</summary>
    internal void GiveBack()
    {
        if (_func is null)
        {
            return; // given back already: twice, and two calls would share it
        }

        Reset();
        Slots.Clear();
        if (!_func.Type.IsNumeric)
        {
            _arguments = [];
            _results = [];
        }

        _func = null!;
        Store.Return(this);
    }

    internal void Prepare(WasmFunc func)
    {
        _func = func;
        if (func.Type.SlotCount > _slots.Length)
        {
            _slots = new RawVal[func.Type.SlotCount];
        }
    }

    internal override nint BeginFuture(FutureFrame frame) => _func.Type.IsNumeric
        ? FutureBridge.BeginCall(Store, _func.NativeFunc, _func.Type, Slots, frame)
        : FutureBridge.BeginCall(Store, _func.NativeFunc, _arguments, _func.Type.Results.Length, frame);

    internal override bool EndFuture(FutureFrame frame)
    {
        if (_func.Type.IsNumeric)
        {
            FutureBridge.ReadNumbers(frame, _func.Type, Slots);
        }
        else
        {
            _results = FutureBridge.ReadVals(Store, frame, _func.Type);
        }

        return false;
    }

    private protected override bool IsNumeric => _func.Type.IsNumeric;

    internal override WasmException Explain(WasmException failure) => CallBridge.WithSignature(Store, _func.NativeFunc, failure);

    internal override WasmException? Run()
    {
        if (_func.Type.IsNumeric)
        {
            return CallBridge.CallRaw(Store, _func.NativeFunc, Slots);
        }

        _results = new Val[_func.Type.Results.Length];
        return CallBridge.CallVals(Store, _func.NativeFunc, _arguments, _results) is { } failure ? Explain(failure) : null;
    }
}
