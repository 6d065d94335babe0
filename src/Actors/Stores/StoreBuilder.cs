using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores;

/// <summary>Makes a store by its recipe, the first time and again.</summary>
internal static class StoreBuilder
{
    /// <exception cref="WasmException">A limit is wrong, or a step that succeeded once fails now.</exception>
    internal static StoreSession Build(WasmEngine engine, StoreCell cell, StoreRecipe recipe)
    {
        var session = new StoreSession(new WasmStore(engine, recipe.Options), cell, recipe.Generation);
        try
        {
            foreach (var step in recipe.Steps)
            {
                if (session.Begin(step) is { } work)
                {
                    while (work.Step() is CallStep.Yielded)
                    {
                        // The next slice.
                    }

                    if (work.Failure is { } failure)
                    {
                        throw failure;
                    }

                    session.Completed(step, work);
                }
                else
                {
                    session.Execute(step);
                }
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
