using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace WasmActors.Actors.Handles;

/// <summary>Registers a host with a program's services.</summary>
public static class WasmActorsHosting
{
    /// <summary>
    /// Adds a <see cref="WasmHost"/> as a singleton. It attaches to the <see cref="ActorSystem"/> among the services where there
    /// is one (Akka.Hosting's <c>AddAkka</c> puts it there), and otherwise starts one of its own. It is disposed with the services.
    /// </summary>
    public static IServiceCollection AddWasmActors(this IServiceCollection services, Func<IServiceProvider, WasmHostOptions>? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
        {
            var chosen = options?.Invoke(provider) ?? new WasmHostOptions();
            return provider.GetService<ActorSystem>() is { } system ? WasmHost.Attach(system, chosen) : WasmHost.Start(chosen);
        });
        return services;
    }
}
