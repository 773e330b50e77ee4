using Microsoft.Extensions.Options;
using Storefront.Goods;

namespace Storefront.Offers;

/// <summary>Renews the board of offers, over and over, as long as the service runs.</summary>
public sealed class OfferRefresh(ProductCatalogue catalogue, OfferBoard board, IOptions<OfferOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        do
            Refresh();
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private void Refresh()
    {
        var offers = new List<Offer>();
        foreach (Product product in catalogue.All)
        {
            if (product.ReducedPercent > 0)
                offers.Add(new Offer(product.Sku, product.Title, PriceList.OfferPrice(product)));
        }
        board.Show(offers);
    }
}
