using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Wire;

/// <summary>Failures on the wire. The exception behind one stays where it happened.</summary>
internal static class FailureCodec
{
    internal static FailureData ToData(WasmFailure failure)
    {
        var data = new FailureData { Code = failure.Code, Message = failure.Message };
        if (failure.TrapCode is { } trap)
        {
            data.TrapCode = (int)trap;
        }

        if (failure.ExitStatus is { } status)
        {
            data.ExitStatus = status;
        }

        if (failure.Origin != FailureOrigin.Store)
        {
            data.Origin = (int)failure.Origin;
        }

        if (failure.Fate is { } fate)
        {
            data.Fate = (int)fate;
        }

        if (failure.RetryAfter is { } again)
        {
            data.RetryAfterTicks = again.Ticks;
        }

        if (failure.CauseType is { } type)
        {
            data.CauseType = type;
        }

        if (failure.CauseMessage is { } message)
        {
            data.CauseMessage = message;
        }

        if (failure.Stderr is { } stderr)
        {
            data.Stderr = stderr;
        }

        data.Frames.Add(failure.Frames.Select(ToData));
        return data;
    }

    internal static WasmFailure FromData(FailureData data) => new(data.Code, data.Message)
    {
        TrapCode = data.HasTrapCode ? (TrapCode)data.TrapCode : null,
        ExitStatus = data.HasExitStatus ? data.ExitStatus : null,
        Origin = (FailureOrigin)data.Origin, // 0, the store, where an older node says nothing
        Fate = data.HasFate ? (StoreFate)data.Fate : null,
        RetryAfter = data.HasRetryAfterTicks ? TimeSpan.FromTicks(data.RetryAfterTicks) : null,
        CauseType = data.HasCauseType ? data.CauseType : null,
        CauseMessage = data.HasCauseMessage ? data.CauseMessage : null,
        Stderr = data.HasStderr ? data.Stderr : null,
        Frames = [.. data.Frames.Select(FromData)],
    };

    private static FrameData ToData(TrapFrame frame)
    {
        var data = new FrameData { FuncIndex = frame.FuncIndex };
        if (frame.FuncName is { } function)
        {
            data.FuncName = function;
        }

        if (frame.ModuleName is { } module)
        {
            data.ModuleName = module;
        }

        if (frame.FuncOffset is { } inFunction)
        {
            data.FuncOffset = inFunction;
        }

        if (frame.ModuleOffset is { } inModule)
        {
            data.ModuleOffset = inModule;
        }

        if (frame is { File: { } file, Line: { } line })
        {
            data.File = file;
            data.Line = line;
        }

        return data;
    }

    private static TrapFrame FromData(FrameData data) => new(
        data.FuncIndex,
        data.HasFuncName ? data.FuncName : null,
        data.HasModuleName ? data.ModuleName : null,
        data.HasFuncOffset ? data.FuncOffset : null,
        data.HasModuleOffset ? data.ModuleOffset : null)
    {
        File = data.HasFile ? data.File : null,
        Line = data.HasLine ? data.Line : null,
    };
}
