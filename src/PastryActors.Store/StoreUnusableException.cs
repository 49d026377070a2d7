namespace PastryActors.Store;

/// <summary>The store's folder cannot be used at all, or another process holds it. The message says which, and names the folder.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : Exception(message, inner);
