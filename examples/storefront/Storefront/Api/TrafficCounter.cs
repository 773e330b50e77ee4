namespace Storefront.Api;

/// <summary>Requests since the process was started.</summary>
public sealed class TrafficCounter
{
    private long _requests;
    private long _refused;

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Those that were answered with a status of 400 or above.</summary>
    public long Refused => Volatile.Read(ref _refused);

    public void Count(int status)
    {
        Interlocked.Increment(ref _requests);
        if (status >= StatusCodes.Status400BadRequest)
            Interlocked.Increment(ref _refused);
    }
}
