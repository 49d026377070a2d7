using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests;

/// <summary>Whatever the bytes, reading gives a document or a <see cref="HoconException"/>.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "a", "b", "a.b", ".", "=", ":", "+=", "{", "}", "[", "]", ",", "\n", " ", "#", "//", "\"", "\"\"\"", "\\", "\\u00",
        "${", "${?", "}", "${a}", "${?b}", "${a.b}", "a=${b}", "b=${a}", "a+=1", "a{", "\uFEFF", "\0", "\ud800", "é",
        "include", "include \"self\"", "required(", "file(", ")", "null", "true", "1", "5s", "10 GiB", "pastry", "pastry.past", "capacity",
    ];

    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void Random_bytes() => Check.One(Often, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), IsReadOrRefused));

    [Fact]
    public void Random_pieces_of_the_language()
    {
        Arbitrary<string[]> texts = Gen.Elements(Pieces).ArrayOf().ToArbitrary();
        Check.One(Often, Prop.ForAll(texts, pieces => IsReadOrRefused(Encoding.UTF8.GetBytes(string.Concat(pieces)))));
    }

    [Fact]
    public void Valid_files_with_bytes_changed()
    {
        byte[] valid = Encoding.UTF8.GetBytes(""""
            include "self.conf"
            base { x = 1, "q.r" = [1, ${?HOME}, {a: b}] }
            pastry = { overlay = ${?base} { b = 4, heartbeat-period = 30 s } }
            list += ${base.x}, list += "two\u0041", text = """three "x" """ // end
            """");
        Gen<byte[]> mutated = Gen.Choose(0, valid.Length - 1).Zip(Gen.Choose(0, 255)).ArrayOf(6).Select(changes => Changed(valid, changes));
        Check.One(Often, Prop.ForAll(mutated.ToArbitrary(), IsReadOrRefused));
    }

    [Fact]
    public void Node_conf_with_pieces_put_into_it()
    {
        string valid = PastrySchema.NodeConf();
        Gen<byte[]> mutated = Gen.Choose(0, valid.Length).Zip(Gen.Elements(Pieces)).Select(change =>
            Encoding.UTF8.GetBytes(valid.Insert(change.Item1, change.Item2)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(mutated.ToArbitrary(), IsReadOrRefused));
    }

    [Fact]
    public void Random_overrides()
    {
        Arbitrary<string[]> texts = Gen.Elements(Pieces).ArrayOf().ToArbitrary();
        Check.One(Often, Prop.ForAll(texts, pieces => Ends(() =>
            PastrySchema.Load(null, ["past.owner-key=" + string.Concat(pieces), string.Concat(pieces)], new Files().Options))));
    }

    private static byte[] Changed(byte[] valid, (int At, int Value)[] changes)
    {
        byte[] bytes = [.. valid];
        foreach ((int at, int value) in changes) bytes[at] = (byte)value;
        return bytes;
    }

    private static bool IsReadOrRefused(byte[] bytes)
    {
        HoconReadOptions options = new() { ReadFile = (_, _) => bytes, Environment = _ => null };
        return Ends(() => PastrySchema.Read(HoconDocument.Load("self.conf", options)))
            && Ends(() => PastrySchema.Read(HoconDocument.Parse(Encoding.Latin1.GetString(bytes), options: options)));
    }

    private static bool Ends(Action read)
    {
        try
        {
            read();
        }
        catch (HoconException e)
        {
            return e.Problems.Count > 0 && e.Message.Length > 0;
        }

        return true;
    }
}
