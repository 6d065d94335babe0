namespace WasmActors.Conformance.Running;

/// <summary>A form of a script does not hold.</summary>
/// <param name="expected">What the script says.</param>
/// <param name="actual">What came instead.</param>
internal sealed class FormFailure(string expected, string actual) : Exception($"expected {expected}, got {actual}")
{
    public string Expected { get; } = expected;

    public string Actual { get; } = actual;
}
