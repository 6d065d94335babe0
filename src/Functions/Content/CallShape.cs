namespace WasmActors.Functions.Content;

/// <summary>
/// The form of a call's input and output. Each calling convention has one; HTTP, the wire and the command line read and write shapes, never conventions.
/// The numbers are part of a call's identity and never change.
/// </summary>
public enum CallShape
{
    /// <summary>Numbers and vectors in, numbers and vectors out.</summary>
    Numbers = 0,

    /// <summary>Bytes in, bytes out.</summary>
    Bytes = 1,

    /// <summary>Standard input, arguments and environment variables in; an exit status, standard output and standard error out.</summary>
    Program = 2,
}
