using System.Reflection;

namespace PastryActors.Dashboard.Tests;

/// <summary>What must hold for the dashboard's own files, with or without a browser at hand.</summary>
public sealed class DashboardSourceTests
{
    private const int LinesMax = 300;

    private static readonly Assembly Program = Assembly.Load("pastry");

    public static TheoryData<string> Scripts => [.. Program.GetManifestResourceNames().Where(n => n.StartsWith("dashboard/", StringComparison.Ordinal) && n.EndsWith(".js", StringComparison.Ordinal))];

    public static TheoryData<string> Files => [.. Program.GetManifestResourceNames().Where(n => n.StartsWith("dashboard/", StringComparison.Ordinal))];

    [Fact]
    public void The_dashboard_lies_in_the_program() => Assert.True(Scripts.Count > 10);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_makes_no_markup_of_text_and_no_code_of_text(string name)
    {
        string source = Read(name);
        foreach (string way in (string[])["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "createContextualFragment", "DOMParser", "srcdoc", "javascript:"])
            Assert.DoesNotContain(way, source, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_is_short(string name) => Assert.InRange(Read(name).Split('\n').Length, 1, LinesMax);

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_is_loaded_from_elsewhere(string name)
    {
        string source = Read(name).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
        foreach (string elsewhere in (string[])["http://", "https://", "\"//", "@import", "url(h", "url(/", "url(\""]) Assert.DoesNotContain(elsewhere, source, StringComparison.OrdinalIgnoreCase);
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(Program.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
