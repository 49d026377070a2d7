using System.Runtime.CompilerServices;

namespace PastryActors.Node.Gateway;

/// <summary>Passes a sequence on, and says null whenever nothing has come for a while, so that whoever writes it can show that it still lives.</summary>
internal static class SilenceBreaker
{
    public static async IAsyncEnumerable<T?> Of<T>(IAsyncEnumerable<T> items, TimeSpan silenceMax, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using IAsyncEnumerator<T> source = items.GetAsyncEnumerator(end.Token);
        Task<bool> next = Task.FromResult(false);
        try
        {
            while (true)
            {
                next = source.MoveNextAsync().AsTask();
                while (!await CameAsync(next, silenceMax, time).ConfigureAwait(false)) yield return null;
                if (!await next.ConfigureAwait(false)) yield break;
                yield return source.Current;
            }
        }
        finally
        {
            // Whoever reads may go in the middle of a silence; the source can only be closed when it stands still.
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> CameAsync(Task next, TimeSpan silenceMax, TimeProvider time)
    {
        if (next.IsCompleted) return true;
        try
        {
            await next.WaitAsync(silenceMax, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
        catch (Exception) when (next.IsCompleted)
        {
            // Whoever awaits it next hears of it.
        }

        return true;
    }
}
