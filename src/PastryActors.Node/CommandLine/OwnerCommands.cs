using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Hocon.Units;
using PastryActors.Node.Workers;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry owner create, grant and show: keys of owners and brokers, and the quotas that brokers grant.</summary>
internal static class OwnerCommands
{
    public static Command Build(CommandActions actions) => new("owner", "Owners of files, and their quotas.") { Create(actions), Grant(actions), Show(actions) };

    private static Command Create(CommandActions actions)
    {
        var file = new Argument<string>("FILE") { Description = "Where the private key goes. An owner's is what past.owner-key names; a broker's stays with whoever grants quotas." };
        return actions.Set(new Command("create", "Makes a key, of an owner or a broker, and prints its public half.") { file }, (context, _) =>
        {
            string path = context.Get(file);
            if (File.Exists(path)) throw new CommandFailedException("exists", $"{path} is there already", "whoever loses an owner's key can reclaim nothing; another name makes another key");
            using ECDsa key = OwnerKey.LoadOrCreate(path);
            Blob publicKey = key.ExportSubjectPublicKeyInfo();
            var made = new OwnerKeyFile(path, PublicKeys.Format(publicKey), Hash256.Of(publicKey.Span).ToString());
            context.Output.Result(made, CliJson.Default.OwnerKeyFile, text => Write(text, made));
            return Task.CompletedTask;
        });
    }

    private static void Write(TextWriter text, OwnerKeyFile made)
    {
        text.WriteLine($"private key {made.Path}");
        text.WriteLine($"public key  {made.PublicKey}");
        text.WriteLine($"owner       {made.Owner}");
    }

    private static Command Grant(CommandActions actions)
    {
        var owner = new Argument<string>("PUBLICKEY") { Description = "The owner's public key, as pastry owner create or show prints it." };
        var quota = new Option<string>("--quota") { Required = true, HelpName = "SIZE", Description = "Most that the owner's files may take, size times k: 10GiB. Replaces what was granted before; 0 ends it." };
        var broker = new Option<string>("--broker") { Required = true, HelpName = "FILE", Description = "The broker's private key, whose public half is past.broker on every node." };
        var expires = new Option<string?>("--expires") { HelpName = "TIME", Description = "How long it counts (30d), or until when (2027-01-31). Not given: for ever." };
        return actions.Set(new Command("grant", "Signs a quota for an owner, and has the ring keep it.") { owner, quota, broker, expires }, async (context, stop) =>
        {
            ObjectCertificate grant = Sign(context.Get(owner), context.Get(quota)!, context.Get(broker)!, context.Get(expires), DateTimeOffset.UtcNow);
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            OwnerAccount account = await client.Past.GrantAsync(new QuotaGrant(Convert.ToBase64String(CertificateCodec.Encode(grant))), stop).ConfigureAwait(false);
            context.Output.Result(account, PastryJson.Default.OwnerAccount, text => Write(text, account));
        });
    }

    private static ObjectCertificate Sign(string owner, string quota, string broker, string? expires, DateTimeOffset now)
    {
        if (!Sizes.TryParse(quota, out long bytes) || bytes < 0) throw CommandFailedException.Usage($"--quota {quota}: a size is wanted, such as 10GiB");
        if (!File.Exists(broker)) throw CommandFailedException.Usage($"--broker {broker}: there is no such file; pastry owner create makes one");
        Hash256 ownerHash = Hash256.Of(PublicKeys.Parse(owner).Span);
        using ECDsa key = OwnerKey.LoadOrCreate(broker);
        ObjectCertificate draft = Ledger.Grant(key.ExportSubjectPublicKeyInfo(), ownerHash, bytes, now.ToUnixTimeMilliseconds(), ExpiryOf(expires, now)?.ToUnixTimeMilliseconds());
        byte[] digest = new byte[Hash256.SizeBytes];
        CertificateCodec.DigestOf(draft).WriteTo(digest);
        return draft with { Signature = new BatchSignature(key.SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), 0, default) };
    }

    private static DateTimeOffset? ExpiryOf(string? text, DateTimeOffset now)
    {
        if (text is null) return null;
        if (Durations.TryParse(text, out TimeSpan span, bareIsMilliseconds: false)) return now + span;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) && at > now) return at;
        throw CommandFailedException.Usage($"--expires {text}: a duration with its unit (30d) or a day to come (2027-01-31) is wanted");
    }

    private static Command Show(CommandActions actions)
    {
        var key = new Argument<string?>("PUBLICKEY") { Arity = ArgumentArity.ZeroOrOne, Description = "An owner's public key; not given: the owner that the node inserts for." };
        return actions.Set(new Command("show", "An owner's quota, and how much of it is used.") { key }, async (context, stop) =>
        {
            string? owner = context.Get(key) is { } text ? Hash256.Of(PublicKeys.Parse(text).Span).ToString() : null;
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            OwnerAccount account = await client.Past.AccountAsync(owner, stop).ConfigureAwait(false);
            context.Output.Result(account, PastryJson.Default.OwnerAccount, text => Write(text, account));
        });
    }

    private static void Write(TextWriter text, OwnerAccount account)
    {
        text.WriteLine($"owner   {account.Owner}");
        if (account.PublicKey is not null) text.WriteLine($"key     {account.PublicKey}");
        text.WriteLine($"quota   {account.QuotaBytes} bytes (size times k){(account.Expires is { } end ? $" until {end:u}" : "")}");
        text.WriteLine($"used    {account.UsedBytes}");
        text.WriteLine($"free    {account.FreeBytes}");
    }
}
