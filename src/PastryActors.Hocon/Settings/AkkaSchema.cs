using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.akka</c>.</summary>
internal static class AkkaSchema
{
    private const int PasswordCharsMax = 256;

    /// <summary>Akka.Remote's largest frame is a multiple of this in hocon/akka.conf; a piece must leave room for its head.</summary>
    private const int PieceBytesMax = 1 << 20;

    public static OptionSection<AkkaSettings> Section() => new OptionSection<AkkaSettings>(
            """
            The Akka engine, where node.engine = akka. Akka's own keys stand in hocon/akka.conf under akka; of pastry.tcp it heeds max-message, max-frame,
            send-queue-messages, send-queue-bytes, mailbox, connect-timeout and idle-timeout.
            """)
        .Key("system", OptionTypes.Text("a name of letters, digits, - and _", 64), o => o.System, (o, v) => o with { System = v },
            """
            Name of the actor system, which is part of every node's address. The same for all members of one Akka cluster; a ring may span several clusters of
            different names.
            """)
        .Key("piece-size", OptionTypes.ArraySize(4 << 10, PieceBytesMax), o => o.PieceBytes, (o, v) => o with { PieceBytes = v },
            """
            What one frame of Akka.Remote carries of a message or a chunk. Must be 8 KiB below akka.remote.dot-netty.tcp.maximum-frame-size. Smaller lets
            heartbeats in between sooner; larger costs less an actor's message for the same bytes.
            """)
        .Key("window", OptionTypes.ArraySize(64 << 10, 64 << 20), o => o.WindowBytes, (o, v) => o with { WindowBytes = v },
            """
            Bytes of a lane that may be on their way to a peer that has not said that it took them. Raise it where bandwidth times round trip is more than
            this; it bounds what Akka.Remote buffers for a peer that is slow.
            """)
        .Key("certificate", OptionTypes.Text("the path of a PKCS#12 file, or nothing"), o => o.Certificate, (o, v) => o with { Certificate = v },
            """
            The ring's certificate with its private key. With it links are TLS, and each side must show this very certificate, so that only who has the file
            is let in. Without it Akka.Remote sends in the clear: nodes still prove their ids, but whoever sits on the path can read and change the rest.
            """)
        .Key("certificate-password", OptionTypes.Secret(PasswordCharsMax), o => o.CertificatePassword, (o, v) => o with { CertificatePassword = v },
            "Opens the certificate's file. Keep it out of the configuration: certificate-password = ${?PASTRY_CERTIFICATE_PASSWORD}.")
        .Key("contact-timeout", Ranges.Deadline, o => o.ContactTimeout, (o, v) => o with { ContactTimeout = v },
            "How long a start waits until members of the Akka cluster are known, who are asked for the ring beside node.seeds.")
        .Rule("window", o => o.WindowBytes >= 4 * o.PieceBytes, "at least four times piece-size, or a sender would wait for what is already on its way");
}
