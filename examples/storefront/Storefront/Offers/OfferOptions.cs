namespace Storefront.Offers;

public sealed class OfferOptions
{
    /// <summary>How often the board is renewed.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);
}
