using System.CommandLine;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>doctor</c> says whether processes can be patched here, and what stands in the way.</summary>
internal static class DoctorCommand
{
    private const string Name = "doctor";

    public static Command Create()
    {
        var command = new Command(Name, "Say whether processes can be patched here, and what stands in the way.");
        var selector = new Selector();
        selector.AddTo(command);
        command.SetAction(parsed => Execution.Run(parsed, () => Run(parsed, selector), Write));
        return command;
    }

    private static DoctorOutput Run(ParseResult parsed, Selector selector)
    {
        List<DoctorCheck> checks = [Doctor.Machine(), Doctor.User(), Doctor.PtraceScope(), Doctor.Container()];
        if (selector.IsGiven(parsed))
        {
            foreach (var pid in selector.Select(parsed, null))
                checks.AddRange(Doctor.Process(pid));
        }
        else
        {
            checks.Add(Doctor.Processes());
        }
        var worst = checks.Find(check => !check.Ok);
        return new DoctorOutput(Name, worst is null ? 0 : (int)Formats.Diagnostics.ExitCode.NoTarget, null, checks);
    }

    private static void Write(DoctorOutput output, TextWriter text)
    {
        foreach (var check in output.Checks)
        {
            text.WriteLine(Reporter.OneLine($"{(check.Ok ? "ok  " : "NOT ")} {check.Name}: {check.What}"));
            if (check.WhatToDo is { } next)
                text.WriteLine(Reporter.OneLine($"     {next}"));
        }
    }
}
