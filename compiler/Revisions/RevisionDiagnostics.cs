using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler;

/// <summary>What can go wrong while building and with baselines (HPB2000–HPB2999).</summary>
public static partial class BuildDiagnostics
{
    /// <summary>There is no <c>git</c> on the search path.</summary>
    public static readonly DiagnosticDescriptor GitNotInstalled = new(
        "HPB2001", "No git",
        "There is no git executable on the PATH.",
        "Install git (Debian: apt-get install git) or put its folder on the PATH.", ExitCode.Usage)
        { Why = "Revisions, their ancestry and their sources are read with the git executable." };

    /// <summary>0: folder.</summary>
    public static readonly DiagnosticDescriptor NoRepository = new(
        "HPB2002", "No git repository",
        "The folder {0} is not inside a git repository.",
        "Run the build in a clone of the sources, or name a .hotbase file instead of a revision.", ExitCode.Usage)
        { Why = "A baseline and a delta name the commits that they lead from and to, and those come from the repository around the project." };

    /// <summary>0: folder.</summary>
    public static readonly DiagnosticDescriptor NoWorkingTree = new(
        "HPB2003", "Repository without a working tree",
        "The folder {0} belongs to a git repository, but not to its working tree.",
        "Run the build in a working tree (git clone, or git worktree add).", ExitCode.Usage)
        { Why = "The sources that are compiled must belong to the commit that the record names; a bare repository has none." };

    /// <summary>0: revision, 1: top-level folder.</summary>
    public static readonly DiagnosticDescriptor UnknownRevision = new(
        "HPB2004", "Unknown revision",
        "The repository {1} has no revision '{0}'.",
        "Check the name; if the commit is on a server only, run git fetch.", ExitCode.Usage)
        { Why = "git rev-parse finds no object of that name in the local repository; nothing is fetched by a build." };

    /// <summary>0: revision, 1: what git says about the candidates.</summary>
    public static readonly DiagnosticDescriptor AmbiguousRevision = new(
        "HPB2005", "Ambiguous revision",
        "The revision '{0}' can mean more than one object ({1}).",
        "Write the full commit name, or refs/heads/… or refs/tags/… in front of the name.", ExitCode.Usage)
        { Why = "A guess could make a delta against another baseline than the one that was meant." };

    /// <summary>0: revision, 1: top-level folder.</summary>
    public static readonly DiagnosticDescriptor RevisionNotInShallowClone = new(
        "HPB2006", "Revision not in a shallow clone",
        "The revision '{0}' is not in {1}, which is a shallow clone.",
        "Run git fetch --unshallow (in a pipeline: check out with the full history).", ExitCode.Usage)
        { Why = "A shallow clone has only the newest commits, so neither the revision nor its ancestry can be read." };

    /// <summary>0: folder.</summary>
    public static readonly DiagnosticDescriptor RepositoryNotTrusted = new(
        "HPB2007", "git does not trust the repository's owner",
        "git refuses the repository at {0} because another user owns it.",
        "If you trust it, run git config --global --add safe.directory {0}.", ExitCode.Usage)
        { Why = "git protects users from repositories of others (safe.directory), because a repository's settings can name programs to run." };

    /// <summary>0: object, 1: top-level folder, 2: what git says.</summary>
    public static readonly DiagnosticDescriptor ObjectUnreadable = new(
        "HPB2008", "git object missing or corrupt",
        "The git object {0} of {1} cannot be read ({2}).",
        "Run git fsck there; fetch the object again, or clone anew.", ExitCode.Integrity)
        { Why = "git checks an object against its name; one that is missing or differs cannot be compiled." };

    /// <summary>0: object, 1: its size in bytes, 2: limit in bytes.</summary>
    public static readonly DiagnosticDescriptor ObjectTooLarge = new(
        "HPB2009", "git object too large",
        "The git object {0} has {1} bytes; at most {2} are read.",
        "Take so large a file out of the compilation, or name a .hotbase file instead of a revision.", ExitCode.Usage)
        { Why = "Objects are read into memory while a revision is rebuilt, so there is a limit to their size." };

    /// <summary>0: the git command, 1: exit code, 2: what git says.</summary>
    public static readonly DiagnosticDescriptor GitFailed = new(
        "HPB2010", "git failed",
        "git {0} ended with exit code {1} ({2}).",
        "Run the same command in the repository and repair what it names.", ExitCode.Usage)
        { Why = "The build asks git for facts about the repository and cannot go on without them." };

    /// <summary>0: the git command, 1: what is odd.</summary>
    public static readonly DiagnosticDescriptor GitNotUnderstood = new(
        "HPB2011", "git's answer is not understood",
        "git {0} gave an answer that is not understood ({1}).",
        "Check with git --version that it is git 2.30 or later.", ExitCode.Usage)
        { Why = "Answers of git are read in the form that its plumbing commands document; another form is not guessed at." };

    /// <summary>0: revision, 1: what it is.</summary>
    public static readonly DiagnosticDescriptor RevisionIsNoCommit = new(
        "HPB2012", "Revision is no commit",
        "The revision '{0}' is a {1}, not a commit.",
        "Name a commit, a branch or a tag of a commit.", ExitCode.Usage)
        { Why = "A baseline is a commit. Trees and blobs have no ancestry, and nothing says what they were part of." };

    /// <summary>0: path of the submodule.</summary>
    public static readonly DiagnosticDescriptor SubmoduleNotCheckedOut = new(
        "HPB2013", "Submodule not checked out",
        "The submodule {0} is not checked out, so its files cannot be read.",
        "Run git submodule update --init {0}.", ExitCode.Usage)
        { Why = "Sources in a submodule belong to a repository of their own, which has to be there to be read." };
}
