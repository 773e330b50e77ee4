using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Unit.Baselines;

public sealed class SymbolListings
{
    [Fact]
    public void A_listing_is_one_line_a_symbol()
    {
        var listing = new SymbolListing([new LinkedSymbol(0x10, 0xff, ElfSymbolType.Function, "App_Main"), new LinkedSymbol(ulong.MaxValue, 0, ElfSymbolType.None, "end of all")]);
        byte[] bytes = listing.ToBytes();
        Assert.Equal("10 ff 2 App_Main\nffffffffffffffff 0 0 end of all\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal(listing.Symbols.AsEnumerable(), SymbolListing.Read(bytes)!.Symbols);
    }

    [Theory]
    [InlineData("10 ff 2 App_Main")]
    [InlineData("10 ff 2 \n")]
    [InlineData("10 ff 2\n")]
    [InlineData("10 ff 10 App_Main\n")]
    [InlineData("x ff 2 App_Main\n")]
    [InlineData("-1 ff 2 App_Main\n")]
    [InlineData("10 11112222333344445 2 App_Main\n")]
    [InlineData("20 1 2 b\n10 1 2 a\n")]
    [InlineData("\n")]
    public void A_line_that_is_no_symbol_is_noticed(string text) => Assert.Null(SymbolListing.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void No_symbols_are_a_listing() => Assert.Empty(SymbolListing.Read(default)!.Symbols);
}
