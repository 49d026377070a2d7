using Microsoft.Playwright;

namespace PastryActors.Dashboard.Tests;

/// <summary>
/// A cluster and a browser for all tests of a class. Where no Chromium is installed there is neither, and every test says so on
/// standard output and has tested nothing: install the package "chromium", or name one in the variable PASTRY_CHROMIUM.
/// </summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ClusterProcess Cluster { get; } = new();

    /// <summary>Whether there is a browser to test with.</summary>
    public bool Available => _browser is not null;

    public async Task InitializeAsync()
    {
        if (Find() is not { } chromium) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = Flags });
        await Cluster.StartAsync();
    }

    /// <summary>A browser of its own for one test, which notes every error that the page meets.</summary>
    public async Task<Session> OpenAsync(int width = 1280, bool dark = false)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = width < 720 ? 844 : 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            AcceptDownloads = true,
            // Pictures are made of what stands still.
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        return new Session(context);
    }

    public async Task DisposeAsync()
    {
        if (_browser is null) return;
        await _browser.DisposeAsync();
        _playwright!.Dispose();
        await Cluster.DisposeAsync();
    }

    private static string? Find()
    {
        string[] known = [Environment.GetEnvironmentVariable("PASTRY_CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        return known.FirstOrDefault(File.Exists);
    }
}

/// <summary>One user's browser.</summary>
public sealed class Session(IBrowserContext context) : IAsyncDisposable
{
    private readonly List<string> _errors = [];

    /// <summary>What went wrong in the pages: errors on the console, exceptions, dialogs that a script opened.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Opens a page and waits until it has heard from its node.</summary>
    public async Task<IPage> GoAsync(string url)
    {
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _errors.Add(message.Text);
        };
        page.PageError += (_, error) => _errors.Add(error);
        page.Dialog += (_, dialog) =>
        {
            if (dialog.Type != "beforeunload") _errors.Add($"a script opened a dialog: {dialog.Message}");
            _ = dialog.AcceptAsync();
        };
        await page.GotoAsync(url);
        await Assertions.Expect(page.Locator("#node-state")).ToHaveTextAsync("active", new() { Timeout = 30_000 });
        return page;
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
