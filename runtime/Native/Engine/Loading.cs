using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>An image made ready for the arena, or found in it. Nothing has been written.</summary>
/// <param name="State">The state with the image, its functions and the delta in it.</param>
/// <param name="Delta">Index of the delta.</param>
/// <param name="Image">Index of the image.</param>
/// <param name="KnownFunctions">Functions that the state had before.</param>
/// <param name="Sections">What is to be written; empty for an image that is in the arena.</param>
/// <param name="Slots">Its unwind slots, likewise.</param>
/// <param name="Words">What its static fields hold at first, likewise.</param>
internal sealed record Loading(
    TargetState State, int Delta, int Image, int KnownFunctions, ImmutableArray<Relocation.PlacedSection> Sections, ImmutableArray<SlotStore> Slots,
    ImmutableArray<SlotStore> Words)
{
    /// <summary>True when the image was in the arena.</summary>
    public bool Reused => Sections.IsEmpty;

    /// <summary>Finds the image in the arena, or places and relocates it.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="state">What the process remembers.</param>
    /// <param name="target">The process.</param>
    /// <param name="now">UTC ticks.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The arena is full, or the image is not usable.</exception>
    public static Loading Prepare(NativeDelta delta, TargetState state, NativeTarget target, long now)
    {
        var known = state.Functions.Length;
        var image = FindImage(state, delta.ImageSha256);
        if (image >= 0)
        {
            var (found, index) = WithDelta(state, delta, image);
            return new Loading(found, index, image, known, [], [], []);
        }

        var regions = target.Regions;
        var place = Placement.Find(delta.Image, regions, state.Used);
        var statics = StaticsPlan.Make(delta.Image, place, state, target);
        var sections = Relocation.Apply(delta.Image, place, statics, target);
        var words = statics.InitialWords(sections.FirstOrDefault(section => section.Address == place.Data).Bytes);
        var table = EhFrameHeader.Locate(target.Arena, target.LoadBias, target.Memory.Read, target.Name);
        var slots = UnwindSlots.Plan(delta.Image, place, state.Used.Slots, table, regions, target.Memory);
        var loaded = WithImage(statics.State, delta, place, target, now);
        var (withDelta, deltaIndex) = WithDelta(loaded, delta, loaded.Images.Length - 1);
        return new Loading(withDelta, deltaIndex, loaded.Images.Length - 1, known, sections, slots, words);
    }

    private static int FindImage(TargetState state, ImmutableArray<byte> sha256)
    {
        for (var i = 0; i < state.Images.Length; i++)
        {
            if (state.Images[i].Sha256.AsSpan().SequenceEqual(sha256.AsSpan()))
                return i;
        }
        return -1;
    }

    private static TargetState WithImage(TargetState state, NativeDelta delta, Placement place, NativeTarget target, long now)
    {
        var functions = state.Functions.ToBuilder();
        var byBaseline = new Dictionary<ulong, int>(functions.Count);
        for (var i = 0; i < functions.Count; i++)
            byBaseline[functions[i].Baseline] = i;

        var bodies = ImmutableArray.CreateBuilder<LoadedBody>();
        foreach (var function in delta.Image.Functions)
        {
            if (function.PatchPoint is not { } point)
                continue;
            var baseline = unchecked(point.Address + target.LoadBias);
            if (!byBaseline.TryGetValue(baseline, out var index))
            {
                index = functions.Count;
                functions.Add(NewFunction(function, point, baseline, place.Entries + function.EntryOffset));
            }
            bodies.Add(new LoadedBody(index, place.Text + function.TextOffset));
        }
        var image = new LoadedImage(
            delta.ImageSha256, now, place.Text, place.Used.Code - (place.Text - target.Regions.Code.Start), place.Used.Data - state.Used.Data,
            (uint)delta.Image.UnwindSlots.Length, bodies.DrainToImmutable(), delta.Image.Functions.Count(function => function.PatchPoint is null));
        return state with { Used = place.Used, Images = state.Images.Add(image), Functions = functions.DrainToImmutable() };
    }

    private static PatchedFunction NewFunction(PatchFunction function, PatchPoint point, ulong baseline, ulong entry)
    {
        if (!JumpWord.Reaches(baseline, entry))
            throw EngineDiagnostics.OutOfReach.With(ImageSection.Entries, function.EntryOffset).AsException();
        var original = point.Original.AsSpan();
        return new PatchedFunction(
            function.Symbol, function.DisplayName, baseline, entry, point.Size, point.WholeBodyIdle, BinaryPrimitives.ReadUInt64LittleEndian(original),
            StateLayout.Checksum(original));
    }

    private static (TargetState State, int Index) WithDelta(TargetState state, NativeDelta delta, int image)
    {
        for (var i = 0; i < state.Deltas.Length; i++)
        {
            if (state.Deltas[i].Id == delta.Manifest.Id && state.Deltas[i].Image == image)
                return (state, i);
        }
        var manifest = delta.Manifest;
        var known = new KnownDelta(
            manifest.Id, manifest.Program, manifest.Baseline.Describe, manifest.Baseline.Commit, manifest.Target.Describe, manifest.Target.Commit, image);
        return (state with { Deltas = state.Deltas.Add(known) }, state.Deltas.Length);
    }
}
