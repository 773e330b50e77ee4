using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
namespace Shop;

// Stands for what the System.Text.Json source generator writes.
public partial class ShopJson
{
    public ShopJson() : base(null) { }
    public static ShopJson Default { get; } = new();
    public JsonTypeInfo<List<OrderDto>> ListOrderDto => (JsonTypeInfo<List<OrderDto>>)GetTypeInfo(typeof(List<OrderDto>))!;
    protected override JsonSerializerOptions? GeneratedSerializerOptions => null;
    public override JsonTypeInfo? GetTypeInfo(Type type) => null;
}
