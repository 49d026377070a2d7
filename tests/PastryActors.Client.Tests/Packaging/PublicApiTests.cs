using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace PastryActors.Client.Tests.Packaging;

/// <summary>
/// What apps may build on stands in src/PastryActors.Client/PublicAPI.txt, so that no change of it passes unseen in a review. After a change
/// that is meant: PASTRY_ACCEPT_API=1 dotnet test tests/PastryActors.Client.Tests --filter PublicApi, and commit the file.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly string File = Path.Combine(Folders.ClientProject, "PublicAPI.txt");

    [Fact]
    public void The_public_api_is_the_one_that_was_reviewed()
    {
        string[] now = [.. typeof(PastryClient).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)];
        if (Environment.GetEnvironmentVariable("PASTRY_ACCEPT_API") == "1") System.IO.File.WriteAllLines(File, now);
        Assert.Equal(System.IO.File.ReadAllLines(File), now);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{KindOf(type)} {NameOf(type)}";
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (string member in type.GetMembers(Declared).Where(IsWritten).Select(m => Describe(m, type)).Where(m => m.Length > 0).Order(StringComparer.Ordinal))
            yield return "    " + member;
    }

    // What the compiler adds to records and generators to a context follows from what is written.
    private static bool IsWritten(MemberInfo member) =>
        member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && member.GetCustomAttribute<GeneratedCodeAttribute>() is null
        && (member is not MethodBase { IsSpecialName: true } || member is ConstructorInfo);

    private static string Describe(MemberInfo member, Type type) => member switch
    {
        FieldInfo { IsSpecialName: true } => "",
        FieldInfo field => $"{field.Name}: {NameOf(field.FieldType)}",
        PropertyInfo property => $"{(property.GetMethod!.IsStatic ? "static " : "")}{property.Name}: {NameOf(property.PropertyType)} {{ get;{Setter(property)} }}",
        ConstructorInfo made => $"new({Parameters(made)})",
        MethodInfo method when type.IsAssignableTo(typeof(Delegate)) && method.Name != "Invoke" => "",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{method.Name}({Parameters(method)}): {NameOf(method.ReturnType)}",
        _ => "",
    };

    private static string Setter(PropertyInfo property) => property.SetMethod is not { IsPublic: true } setter ? ""
        : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return NameOf(inner) + "?";
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        string name = type.Namespace is "System" or "PastryActors.Client" ? type.Name : type.FullName ?? type.Name;
        if (!type.IsGenericType) return name;
        var text = new StringBuilder(type.Namespace == "System" ? "" : type.Namespace + ".").Append(type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]);
        return text.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(NameOf)).Append('>').ToString();
    }
}
