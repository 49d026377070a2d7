namespace PastryActors.Store.Tests.Kill;

/// <summary>The test project as a program of its own: something that can be killed.</summary>
internal static class Program
{
    public static int Main() => 2;
}
