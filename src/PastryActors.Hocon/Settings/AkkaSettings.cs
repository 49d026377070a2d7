namespace PastryActors.Hocon.Settings;

/// <summary>The Akka engine: <c>pastry.akka</c>.</summary>
public sealed record AkkaSettings
{
    public string System { get; init; } = "pastry";

    /// <summary>Bytes.</summary>
    public int PieceBytes { get; init; } = 64 << 10;

    /// <summary>Bytes, a lane of a link.</summary>
    public int WindowBytes { get; init; } = 1 << 20;

    /// <summary>Path of a PKCS#12 file; empty: no TLS unless Akka's own configuration says so.</summary>
    public string Certificate { get; init; } = "";

    public string CertificatePassword { get; init; } = "";

    public TimeSpan ContactTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The records' own text would show the password in a log.</summary>
    public override string ToString() => $"AkkaSettings {{ System = {System}, PieceBytes = {PieceBytes}, WindowBytes = {WindowBytes}, Certificate = {Certificate} }}";
}
