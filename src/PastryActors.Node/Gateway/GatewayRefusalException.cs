namespace PastryActors.Node.Gateway;

/// <summary>A request that the gateway itself refuses, before the node is asked.</summary>
public sealed class GatewayRefusalException(int status, string code, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Stable, in kebab case.</summary>
    public string Code { get; } = code;

    /// <summary>400: the request is wrong.</summary>
    public static GatewayRefusalException Invalid(string detail) => new(StatusCodes.Status400BadRequest, "invalid", detail);

    /// <summary>404: there is nothing of that name.</summary>
    public static GatewayRefusalException NotFound(string detail) => new(StatusCodes.Status404NotFound, "not-found", detail);

    /// <summary>429: the asker sends faster than what it sends can be taken.</summary>
    public static GatewayRefusalException TooFast(string detail) => new(StatusCodes.Status429TooManyRequests, "busy", detail);

    /// <summary>413: more bytes than anyone accepts.</summary>
    public static GatewayRefusalException TooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, "too-large", detail);
}
