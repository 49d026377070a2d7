using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.streams</c>.</summary>
internal static class StreamsSchema
{
    public static OptionSection<StreamsSettings> Section() => Times(Bounds(new OptionSection<StreamsSettings>(
        "Streams: one channel for many receivers over 16 trees (SplitStream: Castro et al., SOSP 2003). Any 14 of the 16 stripes give it back.")));

    private static OptionSection<StreamsSettings> Bounds(OptionSection<StreamsSettings> section) => section
        .Key("offer", OptionTypes.Int(0, 1024), o => o.Offer, (o, v) => o with { Offer = v },
            """
            Children that this node serves at most, over all stripes of all channels: never one more. A reader takes 16 places somewhere, so in a ring where
            everybody watches one channel the mean must be above 16; half as much again leaves trees room to find their shape. 0 only takes.
            """)
        .Key("want", OptionTypes.Int(14, 16), o => o.Want, (o, v) => o with { Want = v },
            "Stripes of a channel that a watching node takes. 14 are enough to read it, and then every death above costs blocks; 16 survive the loss of two.")
        .Key("max-channels", Ranges.Bound, o => o.MaxChannels, (o, v) => o with { MaxChannels = v },
            "Channels that a node takes part in: watched, published, or as the root of a stripe. A new one beyond it is refused with that reason.")
        .Key("child-window", OptionTypes.ArraySize(64 << 10, 64 << 20), o => o.ChildWindowBytes, (o, v) => o with { ChildWindowBytes = v },
            """
            Bytes of one stripe on their way to one child. A child that has so many unconfirmed is left out until it confirms some; it reads the blocks from its other
            stripes. Below what tcp queues for a peer, or that drops.
            """)
        .Key("publish-rate", OptionTypes.Size(1 << 10, 1L << 34), o => o.PublishBytesPerSecond, (o, v) => o with { PublishBytesPerSecond = v },
            "Bytes of content a second that one stream from this node has at most. Every node above a reader sends a fourteenth of it to each of its children.");

    private static OptionSection<StreamsSettings> Times(OptionSection<StreamsSettings> section) => section
        .Key("beat-period", Ranges.Period, o => o.BeatPeriod, (o, v) => o with { BeatPeriod = v },
            """
            How often parents and children in a stripe's tree say that they live, where no piece did. A parent that is silent for two and a half of it is given up.
            Lowering it mends trees sooner and costs 32 messages a period and channel.
            """)
        .Key("patience", Ranges.Deadline, o => o.Patience, (o, v) => o with { Patience = v },
            "How long a block may be late before its readers are told that it is missing. At least twice beat-period times two and a half: then who loses a parent is sent what it missed, and nothing is lost. Longer delivers later what comes after.");
}
