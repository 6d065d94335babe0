using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Handles;

public class WasmActorsHostingTests
{
    [Fact]
    public async Task Services_without_an_actor_system_get_a_host_with_its_own()
    {
        InstanceRef instance;
        ActorSystem system;
        await using (var services = new ServiceCollection().AddWasmActors(_ => HostFixture.Options).BuildServiceProvider())
        {
            var host = services.GetRequiredService<WasmHost>();
            Assert.Same(host, services.GetRequiredService<WasmHost>());
            system = host.System;
            instance = await host.NewAsync(Guests.Worker, Guests.NoHost);
            Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
        }

        await Expect.SoonAsync(system.WhenTerminated);
        await Expect.ErrorAsync(ErrorCode.StoreGone, instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
    }

    [Fact]
    public async Task Services_with_an_actor_system_get_a_host_in_it()
    {
        using var system = ActorSystem.Create("services", "akka.stdout-loglevel = OFF");
        await using (var services = new ServiceCollection().AddSingleton(system).AddWasmActors(_ => HostFixture.Options).BuildServiceProvider())
        {
            var host = services.GetRequiredService<WasmHost>();
            Assert.Same(system, host.System);
            var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);
            Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
            Assert.Equal("akka://services", instance.Store.Actor.Path.Root.Address.ToString());
        }
    }

    [Fact]
    public async Task A_program_with_Akka_Hosting_gets_a_host_in_its_system()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("program", akka => akka.AddHocon("akka.loglevel = WARNING", HoconAddMode.Prepend));
        builder.Services.AddWasmActors(_ => HostFixture.Options);
        using var program = builder.Build();
        await program.StartAsync();

        var host = program.Services.GetRequiredService<WasmHost>();
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);

        Assert.Equal("program", host.System.Name);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
        await program.StopAsync();
        await Expect.ErrorAsync(ErrorCode.StoreGone, instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
    }
}
