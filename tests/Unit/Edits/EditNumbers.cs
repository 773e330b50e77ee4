using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Numbers that scripts, records and documents rely on.</summary>
public class EditNumbers
{
    private const string Kinds = """
        1 MethodBodyChanged
        2 MethodAdded
        3 MethodRemoved
        4 MethodModifiersChanged
        5 MethodImportChanged
        6 MethodOverridesChanged
        7 GenericParametersChanged
        8 ParameterRenamed
        9 ParameterDefaultChanged
        10 TypeAdded
        11 TypeRemoved
        12 TypeBaseChanged
        13 TypeInterfacesChanged
        14 TypeLayoutChanged
        15 TypeModifiersChanged
        16 FieldAdded
        17 FieldRemoved
        18 FieldTypeChanged
        19 FieldsReordered
        20 FieldModifiersChanged
        21 FieldDataChanged
        22 ConstantChanged
        23 ConstantAdded
        24 ConstantRemoved
        25 EnumMemberAdded
        26 EnumMemberRemoved
        27 EnumMemberChanged
        28 PropertyAdded
        29 PropertyRemoved
        30 EventAdded
        31 EventRemoved
        32 AttributeChanged
        33 ResourceAdded
        34 ResourceRemoved
        35 ResourceChanged
        36 ReferenceAdded
        37 ReferenceRemoved
        38 ReferenceVersionChanged
        39 EntryPointChanged
        40 StateMachineChanged
        41 ClosureChanged
        42 TypeForwardsChanged
        43 AccessibilityChanged
        """;

    private const string Ids = """
        1001 R 1002 W 1003 R 1004 R
        1010 R 1011 R 1012 R 1013 R 1014 R 1015 R 1016 R 1017 R 1018 R 1019 R 1020 R
        1040 R 1041 W 1042 R 1043 R 1044 W 1045 W 1046 R
        1101 R 1102 R 1103 R 1104 R 1105 R 1106 R 1107 R 1109 R 1110 R
        1120 R 1121 W 1122 R 1123 W 1124 R 1150 W 1151 W 1152 W
        1201 R 1202 R 1203 R 1204 R 1205 R 1206 R 1207 R 1209 R 1210 R 1211 R 1212 R 1213 R 1214 W 1215 R
        1301 R 1302 R 1303 R 1304 R 1305 R 1306 W 1308 W 1309 W
        1310 R 1311 R 1312 W 1313 W 1314 W 1317 W 1318 W 1319 R 1320 R
        1330 R 1331 W 1332 W 1333 R 1334 W 1336 R
        1350 R 1351 R 1352 R
        """;

    [Fact]
    public void Kinds_keep_their_numbers() =>
        Assert.Equal(Kinds.ReplaceLineEndings("\n"), string.Join('\n', Enum.GetValues<EditKind>().Select(k => $"{(int)k} {k}")));

    [Fact]
    public void Diagnostics_keep_their_numbers_and_weight() =>
        Assert.Equal(
            Ids.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(2).Select(c => $"HPB{c[0]} {c[1]}"),
            EditDiagnostics.All.Select(d => $"{d.Id} {(d.ExitCode == ExitCode.Refused ? "R" : "W")}"));

    [Fact]
    public void Every_message_is_one_line_that_names_the_element_and_says_what_to_do()
    {
        foreach (var descriptor in EditDiagnostics.All)
        {
            var failure = descriptor.With("ELEMENT", "DETAIL", "MORE");
            Assert.Contains("ELEMENT", failure.What, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.ToString());
            Assert.EndsWith(".", failure.What, StringComparison.Ordinal);
            Assert.EndsWith(".", failure.WhatToDo, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_diagnostic_is_met_by_a_row_or_a_test_of_assemblies()
    {
        var met = EditCase.All.Values.SelectMany(c => c.Expected.Split('\n')).Where(l => l.StartsWith('!') || l.StartsWith('~')).Select(l => l[2..9])
            .Concat(AssemblyLevel.Covered).ToHashSet();
        Assert.Equal("", string.Join(" ", EditDiagnostics.All.Select(d => d.Id).Except(met)));
    }
}
