using System.Reflection;

namespace PastryActors.Client.Tests.Packaging;

/// <summary>What the build knew: where the library's project is, and how it was built.</summary>
internal static class Folders
{
    public static string ClientProject { get; } = Path.GetFullPath(Of("ClientProject"));

    public static string Configuration { get; } = Of("Configuration");

    private static string Of(string key) => typeof(Folders).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
