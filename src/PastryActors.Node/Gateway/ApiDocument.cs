using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using PastryActors.Client;

namespace PastryActors.Node.Gateway;

/// <summary>/openapi.json: the API described by the endpoints themselves, so that the document cannot lag behind them.</summary>
internal static class ApiDocument
{
    private const string ProblemType = "application/problem+json";

    /// <summary>Adds what makes the document.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, PastryJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(options =>
        {
            options.AddOperationTransformer((operation, context, _) =>
            {
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiNote>().FirstOrDefault() is { } note) Describe(operation, note, context.Description.RelativePath ?? "");
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer(async (document, context, cancellation) =>
            {
                document.AddComponent("Problem", await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellation).ConfigureAwait(false));
                document.Info = new OpenApiInfo
                {
                    Title = "Pastry node",
                    Version = "0.1",
                    Description = "Files, topics and the overlay through one node. Every failure is a problem document with a stable code.",
                };
                document.Servers = [];
                document.Tags = new HashSet<OpenApiTag>();
            });
        });
    }

    private static void Describe(OpenApiOperation operation, ApiNote note, string path)
    {
        operation.OperationId = note.Id;
        operation.Summary = note.Summary;
        operation.Tags = new HashSet<OpenApiTagReference>();
        operation.Parameters = [.. PathParameters(path), .. note.Parameters.Select(p => Parameter(p.Name, p.Description, p.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String, ParameterLocation.Query))];
        if (note.Body.Length > 0)
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [note.Body] = new() } };
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A problem: title, status, detail, code.",
            Content = new Dictionary<string, OpenApiMediaType> { [ProblemType] = new() { Schema = new OpenApiSchemaReference("Problem") } },
        };
    }

    private static IEnumerable<IOpenApiParameter> PathParameters(string path)
    {
        for (int start = path.IndexOf('{', StringComparison.Ordinal); start >= 0; start = path.IndexOf('{', start + 1))
            yield return Parameter(path[(start + 1)..path.IndexOf('}', start)], "", JsonSchemaType.String, ParameterLocation.Path);
    }

    private static OpenApiParameter Parameter(string name, string description, JsonSchemaType type, ParameterLocation place) =>
        new() { Name = name, Description = description.Length > 0 ? description : null, In = place, Required = place == ParameterLocation.Path, Schema = new OpenApiSchema { Type = type } };
}
