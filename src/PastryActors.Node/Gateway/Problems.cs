using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>Turns what went wrong into a status and a problem document.</summary>
internal static class Problems
{
    /// <summary>The problem that an exception stands for; null for one that is a fault of this program.</summary>
    public static Problem? Of(Exception exception) => exception switch
    {
        RequestFailedException failed => Of(failed),
        GatewayRefusalException refusal => Make(refusal.Status, refusal.Code, refusal.Message),
        BadHttpRequestException bad => Make(bad.StatusCode, bad.StatusCode == 413 ? "too-large" : "invalid", bad.Message),
        _ => null,
    };

    /// <summary>The problem that a refusal of the node stands for.</summary>
    public static Problem Of(RequestFailedException failed) =>
        Make(StatusOf(failed.Code), CodeOf(failed.Code), failed.Message) with { NextAttempt = failed.Data[NextAttemptKey] as int? };

    /// <summary>A problem of a status.</summary>
    public static Problem Make(int status, string code, string detail) => new(ReasonPhrases.GetReasonPhrase(status), status, detail, code);

    /// <summary>Under this key an exception carries the attempt that its asker may go on with.</summary>
    public const string NextAttemptKey = "next-attempt";

    /// <summary>The name of a code on the surface.</summary>
    public static string CodeOf(FailureCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());

    /// <summary>The document as an answer.</summary>
    public static IResult Result(Problem problem) =>
        TypedResults.Json(problem, PastryJson.Default.Problem, "application/problem+json", problem.Status);

    private static int StatusOf(FailureCode code) => code switch
    {
        FailureCode.NotFound => StatusCodes.Status404NotFound,
        FailureCode.Exists => StatusCodes.Status409Conflict,
        FailureCode.Unreachable => StatusCodes.Status502BadGateway,
        FailureCode.Full => StatusCodes.Status507InsufficientStorage,
        FailureCode.TimedOut => StatusCodes.Status504GatewayTimeout,
        FailureCode.NotActive => StatusCodes.Status503ServiceUnavailable,
        FailureCode.Invalid => StatusCodes.Status400BadRequest,
        FailureCode.Forbidden => StatusCodes.Status403Forbidden,
        FailureCode.Busy => StatusCodes.Status503ServiceUnavailable,
        FailureCode.OverQuota => StatusCodes.Status507InsufficientStorage,
        FailureCode.BadReceipt or FailureCode.BadContent => StatusCodes.Status502BadGateway,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "a failure without a status"),
    };
}
