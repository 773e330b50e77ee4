namespace Storefront.Goods;

/// <summary>Lines of ten pieces and more are cheaper, lines of fifty and more still cheaper.</summary>
public static class BulkDiscount
{
    public static decimal PercentFor(int quantity) => quantity switch
    {
        > 50 => 8m,
        > 10 => 4m,
        _ => 0m,
    };
}
