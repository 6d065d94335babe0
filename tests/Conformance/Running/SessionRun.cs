using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Scripts;
using WasmActors.Runtime.Failures;

namespace WasmActors.Conformance.Running;

/// <summary>Runs the forms of a script one after the other in one store, and counts what becomes of them.</summary>
internal sealed class SessionRun
{
    private const int DeepestInput = 8;

    private readonly ConformanceHost _host;
    private readonly ScriptSession _session;
    private readonly KnownLimits _limits;
    private readonly string _path;
    private readonly FileTally _tally;
    private readonly RunGate _gate;
    private readonly AssertionJudge _judge;
    private readonly Dictionary<string, Task> _threads = new(StringComparer.Ordinal);
    private int _inputs;

    public SessionRun(ConformanceHost host, ScriptSession session, KnownLimits limits, string path, FileTally tally, RunGate gate)
    {
        _host = host;
        _session = session;
        _limits = limits;
        _path = path;
        _tally = tally;
        _gate = gate;
        _judge = new AssertionJudge(host, session, Path.GetFileName(path));
    }

    /// <summary>Runs forms in order.</summary>
    public async Task RunAsync(IEnumerable<ScriptCommand> commands)
    {
        foreach (var command in commands)
        {
            if (_gate.IsClosed)
            {
                return;
            }

            await RunAsync(command);
        }
    }

    /// <summary>Waits for the threads that nobody has waited for.</summary>
    public Task JoinAsync() => Task.WhenAll(_threads.Values);

    private async Task RunAsync(ScriptCommand command)
    {
        FormResult problem;
        try
        {
            await DoAsync(command);
            _tally.Pass(command);
            return;
        }
        catch (FormSkipped skipped)
        {
            problem = new FormResult(command.Line, command.Word, Outcome.Skipped, null, null, skipped.Message);
        }
        catch (FormFailure failure)
        {
            problem = Failed(command, failure.Expected, failure.Actual);
        }
        catch (WasmException failure)
        {
            problem = Failed(command, $"{command.Word} to succeed", AssertionJudge.Describe(failure));
        }
        catch (Exception broken)
        {
            problem = Failed(command, $"{command.Word} to be run", $"{broken.GetType().Name}: {broken.Message}");
        }

        _tally.Add(problem);
        _gate.Note(problem);
        Forget(command, problem);
    }

    private FormResult Failed(ScriptCommand command, string expected, string actual) =>
        _limits.Apply(_path, new FormResult(command.Line, command.Word, Outcome.Failed, expected, actual, null));

    private Task DoAsync(ScriptCommand command) => command switch
    {
        ScriptCommand.DefineModule define => DefineAsync(define),
        ScriptCommand.Instantiate instantiate => InstantiateAsync(instantiate),
        ScriptCommand.Register register => Register(register),
        ScriptCommand.Perform perform => _session.PerformAsync(perform.Action).AsTask(),
        ScriptCommand.AssertReturn assertion => _judge.ReturnsAsync(assertion),
        ScriptCommand.AssertTrap assertion => _judge.TrapsAsync(assertion),
        ScriptCommand.AssertException assertion => _judge.ThrowsAsync(assertion),
        ScriptCommand.AssertMalformed assertion => _judge.IsMalformedAsync(assertion),
        ScriptCommand.AssertInvalid assertion => _judge.IsInvalidAsync(assertion),
        ScriptCommand.AssertUnlinkable assertion => _judge.IsUnlinkableAsync(assertion),
        ScriptCommand.AssertUninstantiable assertion => _judge.IsUninstantiableAsync(assertion),
        ScriptCommand.Thread thread => StartAsync(thread),
        ScriptCommand.Wait wait => WaitAsync(wait),
        ScriptCommand.Nested nested => RunAsync(nested.Body),
        ScriptCommand.Input input => InputAsync(input),
        ScriptCommand.Output => Task.CompletedTask,
        ScriptCommand.Unreadable unreadable => throw new FormFailure(unreadable.Word.Length == 0 ? "a script that can be read to its end" : "a form of scripts", unreadable.Problem),
        _ => throw new InvalidOperationException($"Nothing runs {command}."),
    };

    private async Task DefineAsync(ScriptCommand.DefineModule define)
    {
        var module = await _judge.ModuleAsync(define.Source, define.Line, "a valid module");
        _session.Modules.Put(define.Source.Id, module);
        if (!define.Source.IsDefinition)
        {
            _session.Instances.Put(define.Source.Id, await _session.InstantiateAsync(module));
        }
    }

    private async Task InstantiateAsync(ScriptCommand.Instantiate instantiate)
    {
        var module = await _judge.ModuleAsync(instantiate.Source, instantiate.Line, "a module");
        _session.Instances.Put(instantiate.Source.Instance, await _session.InstantiateAsync(module));
    }

    private Task Register(ScriptCommand.Register register)
    {
        _session.Register(register.Name, _session.Instances.Get(register.Instance));
        return Task.CompletedTask;
    }

    // What a form should have made must not be mistaken for what an earlier one did make.
    private void Forget(ScriptCommand command, FormResult problem)
    {
        switch (command)
        {
            case ScriptCommand.DefineModule define:
                Forget(_session.Modules, define.Source.Id, problem);
                if (!define.Source.IsDefinition)
                {
                    Forget(_session.Instances, define.Source.Id, problem);
                }

                break;
            case ScriptCommand.Instantiate instantiate:
                Forget(_session.Instances, instantiate.Source.Instance, problem);
                break;
        }
    }

    private static void Forget<T>(Shelf<T> shelf, string? name, FormResult problem)
        where T : class
    {
        if (problem.Outcome == Outcome.Skipped)
        {
            shelf.PutSkipped(name, problem.Reason!);
        }
        else
        {
            shelf.PutFailed(name, problem.Line);
        }
    }

    private async Task StartAsync(ScriptCommand.Thread thread)
    {
        var session = await _host.OpenAsync();
        var run = new SessionRun(_host, session, _limits, _path, _tally, _gate);
        string name = thread.Id ?? "";
        var task = run.RunThreadAsync(thread);
        _threads[name] = _threads.TryGetValue(name, out var other) ? Task.WhenAll(other, task) : task;
    }

    private async Task RunThreadAsync(ScriptCommand.Thread thread)
    {
        await using (_session)
        {
            foreach (string shared in thread.Shared)
            {
                _session.Instances.PutSkipped(shared, "an instance is shared between threads: the host has no memories that several stores use");
            }

            await RunAsync(thread.Body);
            await JoinAsync();
        }
    }

    private Task WaitAsync(ScriptCommand.Wait wait) =>
        _threads.Remove(wait.Id, out var thread) ? thread : throw new FormFailure($"thread {wait.Id}", "no such thread");

    private async Task InputAsync(ScriptCommand.Input input)
    {
        string path = Path.Combine(Path.GetDirectoryName(_path) ?? "", input.Path);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        if (path.EndsWith(".wasm", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".wat", StringComparison.OrdinalIgnoreCase))
        {
            var form = path.EndsWith(".wat", StringComparison.OrdinalIgnoreCase) ? ModuleForm.Quote : ModuleForm.Binary;
            await DefineAsync(new ScriptCommand.DefineModule(input.Line, new ModuleSource(form, input.Id, false, [.. bytes], input.Line)));
            return;
        }

        if (++_inputs > DeepestInput)
        {
            throw new FormFailure($"scripts that include each other at most {DeepestInput} deep", input.Path);
        }

        await RunAsync(Script.Read(bytes).Commands);
        _inputs--;
    }
}
