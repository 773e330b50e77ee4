using Gauntlet;

// Takes commands, one a line, and answers each with one line.
int one = 1;
Cases.TopLevelFunction = Function;
Cases.TopLevelLambda = number => "v2 lambda " + (number + 1) + " of " + one;
Console.WriteLine(Environment.ProcessId + " " + Harness.WarmUp());
while (Console.ReadLine() is { } line)
    Console.WriteLine(Commands.Answer(line.Split(' ')));

static string Function(int number) => "v2 function " + (number + 1);
