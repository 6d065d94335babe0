namespace WasmActors.Runtime.Modules.Binary;

/// <summary>The section of element segments. Only its extent and its references are of interest here.</summary>
internal static class ElementSection
{
    /// <summary>Passes over the section. What is malformed fails the cursor.</summary>
    /// <param name="section">Stands at the number of segments.</param>
    /// <param name="use">Collects what the segments refer to; null for nothing.</param>
    public static void Skip(ref WasmCursor section, ReferenceUse? use = null)
    {
        for (uint segments = section.ReadU32(); segments > 0 && !section.Failed; segments--)
        {
            uint form = section.ReadU32();
            bool isActive = (form & 1) == 0;
            bool hasExpressions = (form & 4) != 0;
            if (isActive)
            {
                if ((form & 2) != 0)
                {
                    section.ReadU32(); // table
                }

                ConstantExpression.Skip(ref section, use);
            }

            if ((form & 3) != 0)
            {
                if (hasExpressions)
                {
                    section.SkipValueType();
                }
                else
                {
                    section.ReadByte(); // functions
                }
            }

            for (uint items = section.ReadU32(); items > 0 && !section.Failed; items--)
            {
                if (hasExpressions)
                {
                    ConstantExpression.Skip(ref section, use);
                }
                else
                {
                    uint function = section.ReadU32();
                    use?.Functions.Add(function);
                }
            }
        }
    }
}
