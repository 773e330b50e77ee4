using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>What every task of the package does: hand its parameters to the engine and its report to the log.</summary>
public abstract class EngineTask : ICancelableTask
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <inheritdoc/>
    public IBuildEngine BuildEngine { get; set; } = null!;

    /// <inheritdoc/>
    public ITaskHost? HostObject { get; set; }

    /// <summary>The SDK's folder of compiler assemblies.</summary>
    [Required]
    public string RoslynDirectory { get; set; } = "";

    /// <summary>The project file; where a message has no source line, it stands there.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The URI under which the diagnostics' pages are published; empty where they are not. Messages then lead to their pages.</summary>
    public string HelpUri { get; set; } = "";

    /// <summary>Cancelled when the build is.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <inheritdoc/>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public bool Execute()
    {
        try
        {
            string here = Path.GetDirectoryName(typeof(EngineTask).Assembly.Location)!;
            BuildReport report = Run(CompilerLoadContext.For(RoslynDirectory, here));
            foreach (BuildMessage message in report.Messages)
                Log(message);
            TakeOutputs(report);
            return report.Messages.All(message => message.Kind != BuildMessageKind.Error);
        }
        catch (HotpatchException e)
        {
            Log(BuildMessage.From(e.Failure, BuildMessageKind.Error));
            return false;
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // The build says itself that it was cancelled.
            return false;
        }
    }

    /// <summary>What stands in front of every line.</summary>
    private protected virtual string Prefix => "hotpatch: ";

    /// <summary>Asks the engine.</summary>
    /// <param name="context">Makes it.</param>
    private protected abstract BuildReport Run(CompilerLoadContext context);

    /// <summary>Sets the task's outputs.</summary>
    /// <param name="report">What the engine did.</param>
    private protected virtual void TakeOutputs(BuildReport report)
    {
    }

    /// <summary>Logs an input or an output at low importance.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    private protected void LogValue(string name, object? value) => LogMessage($"{name} = {value}", MessageImportance.Low);

    private void Log(BuildMessage message)
    {
        switch (message.Kind)
        {
            case BuildMessageKind.Error:
                BuildEngine.LogErrorEvent(new BuildErrorEventArgs(null, message.Code, message.File ?? ProjectFile,
                    message.Line, message.Column, message.EndLine, message.EndColumn, message.Text, null, GetType().Name, HelpOf(message), DateTime.UtcNow, null));
                break;
            case BuildMessageKind.Warning:
                BuildEngine.LogWarningEvent(new BuildWarningEventArgs(null, message.Code, message.File ?? ProjectFile,
                    message.Line, message.Column, message.EndLine, message.EndColumn, message.Text, null, GetType().Name, HelpOf(message), DateTime.UtcNow, null));
                break;
            default:
                LogMessage(Prefix + message.Text, message.Kind == BuildMessageKind.Outcome ? MessageImportance.High : MessageImportance.Low);
                break;
        }
    }

    private string? HelpOf(BuildMessage message) =>
        message.Code is { } code && Uri.TryCreate(HelpUri, UriKind.Absolute, out Uri? help) ? DiagnosticDescriptor.PageOf(help, code) : null;

    private void LogMessage(string text, MessageImportance importance) =>
        BuildEngine.LogMessageEvent(new BuildMessageEventArgs(text, null, GetType().Name, importance));
}
