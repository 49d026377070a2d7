using PastryActors.Store.Format;
using PastryActors.Store.Tests.Support;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Tests.Volumes;

public sealed class VolumeScannerTests
{
    private static readonly VolumeName Name = new(1, 0xFEDCBA9876543210);

    [Fact]
    public void Records_come_in_order_with_nothing_between() => AssertFound([5, 6, 9], rot: 0, (5, 32), (6, 32), (9, 176));

    [Fact]
    public void A_leftover_of_an_older_group_is_no_record() => AssertFound([5, 6], RecordHeader.SizeBytes, (5, 32), (3, 32), (6, 32));

    [Fact]
    public void A_record_whose_group_begins_before_that_of_one_before_it_is_none() =>
        AssertFound([5, 7, 9], RecordHeader.SizeBytes, (5, 32), (7, 104), (8, 32), (9, 104));

    [Fact]
    public void A_record_whose_group_begins_behind_it_is_none() => AssertFound([6], RecordHeader.SizeBytes, (5, 40), (6, 32));

    [Fact]
    public void A_record_that_ends_beyond_the_file_is_none()
    {
        var folder = new FaultyFolder();
        byte[] bytes = new byte[VolumeHeader.SizeBytes + RecordHeader.SizeBytes];
        (Header(1, 32) with { ContentLength = 1 }).WriteTo(bytes.AsSpan(VolumeHeader.SizeBytes), Name.Marker);
        Assert.False(new VolumeScanner(new FaultyFile(folder, bytes, bytes), Name, bytes.Length).Next(out _));
    }

    [Fact]
    public void The_next_record_is_found_behind_a_long_stretch_of_rot()
    {
        byte[] bytes = Probe.Bytes(300_000 + RecordHeader.SizeBytes, 4);
        Header(1, 32).WriteTo(bytes.AsSpan(300_000), Name.Marker);
        var scanner = new VolumeScanner(new FaultyFile(new FaultyFolder(), bytes, bytes), Name, bytes.Length);
        Assert.True(scanner.Next(out ScannedRecord record));
        Assert.Equal((300_000, 300_000 - VolumeHeader.SizeBytes), (record.Offset, scanner.RottenBytes));
        Assert.False(scanner.Next(out _));
    }

    private static void AssertFound(int[] sequences, long rot, params (int Sequence, int GroupStart)[] records)
    {
        byte[] bytes = new byte[VolumeHeader.SizeBytes + (records.Length * RecordHeader.SizeBytes)];
        for (int i = 0; i < records.Length; i++)
        {
            Header(records[i].Sequence, records[i].GroupStart).WriteTo(bytes.AsSpan(VolumeHeader.SizeBytes + (i * RecordHeader.SizeBytes)), Name.Marker);
        }

        var scanner = new VolumeScanner(new FaultyFile(new FaultyFolder(), bytes, bytes), Name, bytes.Length);
        var found = new List<int>();
        while (scanner.Next(out ScannedRecord record)) found.Add((int)record.Header.Sequence);
        Assert.Equal(sequences, found);
        Assert.Equal(rot, scanner.RottenBytes);
    }

    private static RecordHeader Header(int sequence, int groupStart) => new()
    {
        Kind = RecordKind.Mark,
        Sequence = (ulong)sequence,
        Tag = 0,
        Object = default,
        MetaLength = 0,
        ContentLength = 0,
        MetaCrc = 0,
        ContentCrc = 0,
        GroupStart = (uint)groupStart,
    };
}
