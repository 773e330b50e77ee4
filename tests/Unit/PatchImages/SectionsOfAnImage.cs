using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

public class SectionsOfAnImage
{
    [Fact]
    public void Are_empty_when_absent() => Assert.Empty(new ImageSections { [ImageSection.Text] = [1] }[ImageSection.Data]);

    [Fact]
    public void Change_only_in_the_copy()
    {
        ImageSections one = new() { [ImageSection.Text] = [1], [ImageSection.Data] = [2] };
        ImageSections other = one.With(ImageSection.Text, [3]);
        Assert.Equal<byte>([1], one[ImageSection.Text]);
        Assert.Equal<byte>([3], other[ImageSection.Text]);
        Assert.Equal<byte>([2], other[ImageSection.Data]);
        Assert.Empty(other[ImageSection.Entries]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Have_no_other_number(int section)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSections()[(ImageSection)section]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSections().With((ImageSection)section, [1]));
    }
}
