namespace PastryActors.Node.Gateway;

/// <summary>What the API's document says of an endpoint, beside what its route says.</summary>
/// <param name="Id">Its name in the document and in clients made from it.</param>
/// <param name="Body">The body's media type; empty for none.</param>
internal sealed record ApiNote(string Id, string Summary, string Body, IReadOnlyList<ApiParameter> Parameters)
{
    /// <summary>A body of any bytes.</summary>
    public const string AnyBytes = "application/octet-stream";
}

/// <summary>A parameter of the query.</summary>
internal sealed record ApiParameter(string Name, string Description, bool IsNumber)
{
    public static ApiParameter Text(string name, string description) => new(name, description, false);

    public static ApiParameter Number(string name, string description) => new(name, description, true);
}

/// <summary>The answer of a success; every other is a problem document.</summary>
internal sealed record ApiAnswer(int Status, Type? Type, string[] MediaTypes)
{
    public static ApiAnswer Bytes { get; } = new(StatusCodes.Status200OK, typeof(byte[]), [ApiNote.AnyBytes]);

    public static ApiAnswer Json<T>(int status = StatusCodes.Status200OK) => new(status, typeof(T), ["application/json"]);

    public static ApiAnswer Text(string mediaType) => new(StatusCodes.Status200OK, typeof(string), [mediaType]);

    public static ApiAnswer None(int status) => new(status, null, []);
}

/// <summary>Notes on endpoints.</summary>
internal static class ApiNotes
{
    /// <summary>Says what an endpoint does, takes and answers.</summary>
    public static IEndpointConventionBuilder Says(
        this IEndpointConventionBuilder endpoint, string id, string summary, ApiAnswer answer, string body = "", IReadOnlyList<ApiParameter>? parameters = null) =>
        endpoint.WithMetadata(new ApiNote(id, summary, body, parameters ?? []), new ProducesResponseTypeMetadata(answer.Status, answer.Type, answer.MediaTypes));
}
