using System.Security.Cryptography;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace PastryActors.Dashboard.Tests;

/// <summary>The dashboard in a real browser, over real node processes.</summary>
public sealed class DashboardTests(BrowserFixture fixture, ITestOutputHelper output) : IClassFixture<BrowserFixture>
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&lt;";
    /// <summary>Answers the texts whose contrast with what they stand on is below what WCAG 2.2 asks for (AA): 4.5, or 3 where they are large.</summary>
    private const string Faint =
        """
        () => {
          const parts = colour => colour.match(/[\d.]+/g)?.map(Number) ?? [];
          const light = rgb => rgb.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const above = e => e ? [e, ...above(e.parentElement)] : [];
          const faint = [];
          for (const e of document.querySelectorAll("body *")) {
            if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
            const style = getComputedStyle(e);
            const ground = above(e).map(a => parts(getComputedStyle(a).backgroundColor)).find(c => c.length > 2 && c[3] !== 0);
            const opacity = above(e).reduce((product, a) => product * getComputedStyle(a).opacity, 1);
            const ink = parts(e instanceof SVGElement ? style.fill : style.color).slice(0, 3).map((v, i) => v * opacity + ground[i] * (1 - opacity));
            const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
            const size = parseFloat(style.fontSize);
            const wanted = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
            const ratio = (high + 0.05) / (low + 0.05);
            if (ratio < wanted) faint.push(`${e.tagName} "${e.textContent.trim().slice(0, 40)}": ${ratio.toFixed(1)}`);
          }
          return faint;
        }
        """;

    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 45_000 };

    [Fact]
    public Task The_ring_is_drawn_and_the_path_of_a_lookup_over_it() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(0));
        await Expect(page.Locator("ring-map .node")).ToHaveCountAsync(6);
        await Expect(page.Locator("ring-map .words")).ToHaveTextAsync("the ring is whole");
        await Expect(page.Locator("ring-map .node.self")).ToHaveCountAsync(1);
        await FollowOneThatHopsAsync(page);
        await Expect(page.Locator("#route")).ToContainTextAsync("root");
        Assert.Equal(await page.Locator("#route .hops li").CountAsync() - 1, await page.Locator(".leg").CountAsync());
    });

    [Fact]
    public Task The_ring_is_walked_by_keyboard_and_every_control_has_a_name() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(0));
        await page.Locator("ring-map .node.self").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("ring-map .tip")).ToContainTextAsync("round trip");
        Assert.False(await page.EvaluateAsync<bool>("() => document.activeElement.classList.contains('self')"));
        foreach (string view in (string[])["ring", "files", "topics", "streams", "node"])
        {
            await page.ClickAsync($"nav a[href='#/{view}']");
            await Expect(page.Locator($"{view}-view h2").First).ToBeVisibleAsync();
            Assert.Empty(await page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll("input, select, button, progress, svg[role]")].filter(e => e.checkVisibility())
                    .filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length || e.getAttribute("aria-labelledby"))).map(e => e.outerHTML.slice(0, 100))
                """));
        }
    });

    [Fact]
    public Task A_dropped_file_goes_in_with_true_progress_outlives_a_holder_and_comes_back() => InBrowserAsync(async (session, url) =>
    {
        const int Size = 24 << 20;
        IPage page = await session.GoAsync(url(0));
        await page.ClickAsync("nav a[href='#/files']");
        string hash = await DropAsync(page, "dropped.bin", Size);
        int[] seen = await ProgressAsync(page, "dropped.bin");
        Assert.Equal(seen.Order(), seen);
        Assert.Contains(seen, value => value > 0 && value < Size);
        await Expect(page.Locator("#uploads li.done", new() { HasText = "dropped.bin" })).ToContainTextAsync("durable on 3 nodes");

        ILocator row = page.Locator("#files > li", new() { HasText = "dropped.bin" });
        await row.GetByRole(AriaRole.Button, new() { Name = "Holders" }).ClickAsync();
        await Expect(row.Locator(".holders .live")).ToHaveCountAsync(3);
        await Expect(row.Locator(".good-text")).ToContainTextAsync("3 of 3");

        ClusterProcess.Node victim = await HolderAsync(row);
        await fixture.Cluster.KillAsync(victim.Index);
        await Expect(row.Locator(".holders .dead", new() { HasText = victim.NodeId[..8] })).ToBeVisibleAsync(Patient);
        await Expect(row.Locator(".good-text")).ToContainTextAsync("3 of 3", new() { Timeout = 45_000 });

        IDownload download = await page.RunAndWaitForDownloadAsync(() => row.GetByText("Download").ClickAsync());
        Assert.Equal("dropped.bin", download.SuggestedFilename);
        await using (Stream back = File.OpenRead(await download.PathAsync())) Assert.Equal(hash, Convert.ToHexStringLower(await SHA256.HashDataAsync(back)));

        await row.GetByText("Reclaim").ClickAsync();
        await page.Locator("dialog").GetByText("Cancel").ClickAsync();
        await row.GetByText("Reclaim").ClickAsync();
        await page.Locator("dialog .danger").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await fixture.Cluster.StartAsync(victim.Index);
    });

    [Fact]
    public Task An_insert_that_a_reload_cut_off_is_taken_up_again() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(1));
        await page.ClickAsync("nav a[href='#/files']");
        await DropAsync(page, "reloaded.bin", 16 << 20);
        await Expect(page.Locator("#uploads li.sending")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("#node-state")).ToHaveTextAsync("active");
        await DropAsync(page, "reloaded.bin", 16 << 20);
        await Expect(page.Locator("#uploads li.done")).ToBeVisibleAsync(Patient);
        await Expect(page.Locator("#files > li", new() { HasText = "reloaded.bin" })).ToHaveCountAsync(1);
    });

    [Fact]
    public Task What_one_tab_publishes_the_other_shows() => InBrowserAsync(async (session, url) =>
    {
        IPage reader = await session.GoAsync(url(0) + "#/topics");
        IPage writer = await session.GoAsync(url(2) + "#/topics");
        foreach (IPage page in (IPage[])[reader, writer])
        {
            await page.FillAsync("#topic-name", "tabs");
            await page.ClickAsync("topics-view form button");
            await Expect(page.Locator("topic-panel .pill")).ToHaveTextAsync("subscribed");
        }

        foreach (string message in (string[])["one", "zwei ü", Hostile])
        {
            await writer.FillAsync(".message-field", message);
            await writer.ClickAsync("topic-panel form button");
            await Expect(reader.Locator(".messages .payload").First).ToHaveTextAsync(message);
            await Expect(writer.Locator(".messages .payload").First).ToHaveTextAsync(message);
        }

        await Expect(reader.Locator(".messages li")).ToHaveCountAsync(3);
        // Both tabs' nodes are in the tree that each of them draws, and so is every node between.
        await Expect(reader.Locator("topic-tree .node.self")).ToHaveCountAsync(1);
        await Expect(reader.Locator("topic-tree .label", new() { HasText = "root" })).ToHaveCountAsync(1);
        string other = (await fixture.Cluster.StatusAsync())[2].NodeId;
        await Expect(reader.Locator("topic-tree title", new() { HasText = other })).ToHaveCountAsync(1);
        int drawn = await reader.Locator("topic-tree .node").CountAsync();
        Assert.Equal(drawn - 1, await reader.Locator("topic-tree .edge").CountAsync());
    });

    [Fact]
    public Task A_channel_that_is_watched_here_shows_its_16_stripes() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(1) + "#/streams");
        await Expect(page.Locator("#streams-offer")).ToContainTextAsync("of 24 that it offers");
        using HttpResponseMessage watch = await WatchAsync(url(1), Hostile);
        ILocator row = page.Locator("#channels tr", new() { HasText = Hostile });
        await Expect(row).ToContainTextAsync("1 watcher", new() { Timeout = 45_000 });
        await Expect(row.Locator(".stripe")).ToHaveCountAsync(16);
        await Expect(row.Locator(".stripe.attached, .stripe.root, .stripe.deputy")).ToHaveCountAsync(16, new() { Timeout = 45_000 });
        Assert.Contains("stripe 3: ", await row.Locator(".stripe").Nth(3).GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        Assert.Equal(1, await page.Locator("img").CountAsync());
    });

    [Fact]
    public Task Background_work_is_paused_and_paced_from_the_page() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(4) + "#/node");
        // All that the node lets be paused.
        foreach (string title in (string[])["restoring replicas", "restoring coded stripes", "scrub", "compaction"])
        {
            ILocator worker = page.Locator("#workers tr", new() { HasText = title });
            await worker.GetByText("Pause").ClickAsync();
            await Expect(worker).ToContainTextAsync("paused");
            await worker.GetByText("Resume").ClickAsync();
            await Expect(worker).Not.ToContainTextAsync("paused");
        }

        await page.FillAsync("#repair-speed", "3");
        await page.FillAsync("#repair-objects", "2");
        await page.Locator(".pace").GetByText("Set").ClickAsync();
        await Expect(page.Locator("#workers tr", new() { HasText = "restoring replicas" })).ToContainTextAsync("3.0 MiB/s");
    });

    [Fact]
    public Task A_node_that_dies_shows_as_dead_and_its_page_comes_back_with_it() => InBrowserAsync(async (session, url) =>
    {
        IPage dying = await session.GoAsync(url(5));
        IPage watching = await session.GoAsync(url(0));
        await fixture.Cluster.KillAsync(5);
        await Expect(dying.Locator("#lost")).ToContainTextAsync("does not answer");
        await Expect(dying.Locator("#node-state")).ToHaveTextAsync("no answer");
        await Expect(dying.Locator("ring-map .node")).ToHaveCountAsync(6);
        await Expect(watching.Locator("ring-map .node.gone")).ToBeVisibleAsync(Patient);
        await fixture.Cluster.StartAsync(5);
        await Expect(dying.Locator("#lost")).ToBeHiddenAsync();
        await Expect(dying.Locator("#node-state")).ToHaveTextAsync("active");
        await Expect(watching.Locator("ring-map .node.gone")).ToHaveCountAsync(0, new() { Timeout = 45_000 });
    }, nodesGo: true);

    [Fact]
    public Task Hostile_names_are_text() => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(0));
        await page.ClickAsync("nav a[href='#/files']");
        await DropAsync(page, Hostile, 1000);
        await Expect(page.Locator("#files .name", new() { HasText = Hostile })).ToBeVisibleAsync();
        await Expect(page.Locator("#uploads .name", new() { HasText = Hostile })).ToBeVisibleAsync();
        await page.ClickAsync("nav a[href='#/topics']");
        await page.FillAsync("#topic-name", Hostile);
        await page.ClickAsync("topics-view form button");
        await Expect(page.Locator("topic-panel h2")).ToHaveTextAsync(Hostile);
        await Expect(page.Locator("#topics .name", new() { HasText = Hostile })).ToBeVisibleAsync();
        Assert.Equal(1, await page.Locator("img").CountAsync());
        // Even a mistake of the page's own could not make markup of a text: the browser refuses it.
        Assert.True(await page.EvaluateAsync<bool>("() => { try { document.body.innerHTML = '<p>'; return false; } catch { return true; } }"));
    }, mistakes: true);

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public Task Every_view_fits_its_screen(int width, bool dark) => InBrowserAsync(async (session, url) =>
    {
        IPage page = await session.GoAsync(url(0));
        await FollowOneThatHopsAsync(page);
        await Expect(page.Locator("ring-map .node")).ToHaveCountAsync(6, new() { Timeout = 45_000 });
        await CheckAsync(page, "ring", width, dark);

        await page.ClickAsync("nav a[href='#/files']");
        await DropAsync(page, $"a long name that must wrap somewhere on a small screen, or it would not fit {width} {dark}.pdf", 3 << 20);
        await DropAsync(page, $"{new string('w', 200)} {width} {dark}", 1000);
        await Expect(page.Locator("#uploads li.done")).ToHaveCountAsync(2);
        await page.Locator("#files > li", new() { HasText = $"{width} {dark}.pdf" }).GetByText("Holders").ClickAsync();
        await Expect(page.Locator(".holders .live").First).ToBeVisibleAsync();
        await CheckAsync(page, "files", width, dark);

        await page.ClickAsync("nav a[href='#/topics']");
        await page.FillAsync("#topic-name", "news");
        await page.ClickAsync("topics-view form button");
        foreach (string message in (string[])["The ring has six nodes.", new string('m', 300)])
        {
            await Expect(page.Locator("topic-panel .pill")).ToHaveTextAsync("subscribed");
            await page.FillAsync(".message-field", message);
            await page.ClickAsync("topic-panel form button");
            await Expect(page.Locator(".messages .payload").First).ToHaveTextAsync(message);
        }

        await Expect(page.Locator("topic-tree .node").First).ToBeVisibleAsync();
        await CheckAsync(page, "topics", width, dark);
        using HttpResponseMessage watch = await WatchAsync(url(0), new string('c', 200));
        await page.ClickAsync("nav a[href='#/streams']");
        await Expect(page.Locator(".stripe.attached, .stripe.root").First).ToBeVisibleAsync(Patient);
        await CheckAsync(page, "streams", width, dark);
        await page.ClickAsync("nav a[href='#/node']");
        await Expect(page.Locator("#node-facts dd").First).ToBeVisibleAsync();
        await Expect(page.Locator(".plot-line[d]").First).ToBeAttachedAsync(new() { Timeout = 30_000 });
        await CheckAsync(page, "node", width, dark);
    }, width, dark);

    // Some of these keys lie with other nodes: a hop is drawn.
    private static async Task FollowOneThatHopsAsync(IPage page)
    {
        for (int key = 0; await page.Locator(".leg").CountAsync() == 0; key++)
        {
            Assert.InRange(key, 0, 50);
            await page.FillAsync("#route-key", $"key {key}");
            await page.ClickAsync("#route-form button");
            await Expect(page.Locator("#route .hops")).ToBeVisibleAsync();
        }
    }

    /// <summary>A reader of a channel, for as long as its answer is not thrown away.</summary>
    private static async Task<HttpResponseMessage> WatchAsync(string url, string channel)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{url}streams/{Uri.EscapeDataString(channel)}"));
        HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.EnsureSuccessStatusCode();
    }

    // Nothing wider than the screen, and no text that is hard to see. The pictures of docs/images are made here too, where PASTRY_SCREENSHOTS names a folder.
    private static async Task CheckAsync(IPage page, string view, int width, bool dark)
    {
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(Faint));
        if (Environment.GetEnvironmentVariable("PASTRY_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{view}-{width}-{(dark ? "dark" : "light")}.png") });
    }

    // Without a browser nothing is tested, and the output says so.
    private async Task InBrowserAsync(Func<Session, Func<int, string>, Task> act, int width = 1280, bool dark = false, bool nodesGo = false, bool mistakes = false)
    {
        if (!fixture.Available)
        {
            output.WriteLine("NOTHING WAS TESTED: no Chromium is installed here");
            Console.WriteLine("dashboard: NOTHING WAS TESTED: no Chromium is installed here");
            return;
        }

        ClusterProcess.Node[] nodes = await fixture.Cluster.StatusAsync();
        await using Session session = await fixture.OpenAsync(width, dark);
        await act(session, index => nodes[index].Http + "/");
        // A request to a dead node is an error to the console, and so is the mistake that a test makes on purpose.
        string[] unexpected = [.. session.Errors.Where(e => !(nodesGo && e.Contains("net::ERR_", StringComparison.Ordinal)) && !(mistakes && e.Contains("TrustedHTML", StringComparison.Ordinal)))];
        Assert.Empty(unexpected);
    }

    private async Task<ClusterProcess.Node> HolderAsync(ILocator row)
    {
        ClusterProcess.Node[] nodes = await fixture.Cluster.StatusAsync();
        string[] holders = await row.Locator(".holders [title]").EvaluateAllAsync<string[]>("all => all.map(e => e.title)");
        return nodes.First(n => n.Index is > 0 and < 5 && holders.Contains(n.NodeId));
    }

    /// <summary>Drops a file of bytes that follow from its name; answers the hash of its content.</summary>
    private static async Task<string> DropAsync(IPage page, string name, int size)
    {
        await Expect(page.Locator("drop-zone")).ToBeVisibleAsync();
        // What the bar tells is noted as it changes: a test that looked now and then would miss it.
        string hash = await page.EvaluateAsync<string>(
            """
            async ([name, size]) => {
              const bytes = new Uint8Array(size);
              let state = [...name].reduce((sum, c) => sum + c.codePointAt(0), 1);
              for (let i = 0; i < size; i++) bytes[i] = (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16;
              window.seen = [];
              new MutationObserver(() => {
                const bar = [...document.querySelectorAll("#uploads li")].find(li => li.textContent.includes(name))?.querySelector("progress");
                if (bar) window.seen.push(bar.value);
              }).observe(document.querySelector("main"), { subtree: true, attributes: true, childList: true });
              const transfer = new DataTransfer();
              transfer.items.add(new File([bytes], name));
              document.querySelector("drop-zone").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
              return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map(b => b.toString(16).padStart(2, "0")).join("");
            }
            """,
            new object[] { name, size });
        return hash;
    }

    private static async Task<int[]> ProgressAsync(IPage page, string name)
    {
        await Expect(page.Locator("#uploads li.done", new() { HasText = name })).ToBeVisibleAsync(Patient);
        return await page.EvaluateAsync<int[]>("() => window.seen");
    }
}
