using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Elf;

/// <summary>What can be wrong with an ELF file: HPB3001 to HPB3009. Argument 0 is the file's name.</summary>
public static class ElfDiagnostics
{
    /// <summary>Not an ELF file at all.</summary>
    public static readonly DiagnosticDescriptor NotElf = new(
        "HPB3001", "Not an ELF file", "{0} is not an ELF file.", "Name a NativeAOT executable or object built for linux-x64.", ExitCode.Refused)
        { Why = "Only native executables in the ELF format of Linux are read." };

    /// <summary>Another class, byte order or processor.</summary>
    public static readonly DiagnosticDescriptor WrongArchitecture = new(
        "HPB3002", "Wrong architecture", "{0} is not for linux-x64: {1}.", "Build it for the runtime identifier linux-x64.", ExitCode.Refused)
        { Why = "Patches are x64 code." };

    /// <summary>A part lies behind the file's end.</summary>
    public static readonly DiagnosticDescriptor Truncated = new(
        "HPB3003", "Truncated ELF file", "{0} is cut off: {1} ends behind the last byte.", "Copy or build the file again.", ExitCode.Integrity)
        { Why = "A header of the file names bytes that the file does not have." };

    /// <summary>Parts contradict each other.</summary>
    public static readonly DiagnosticDescriptor Malformed = new(
        "HPB3004", "Malformed ELF file", "{0} is damaged: {1}.", "Copy or build the file again.", ExitCode.Integrity)
        { Why = "Files are read with every offset and count checked; what contradicts itself is not used." };

    /// <summary>An address that no segment of the file fills.</summary>
    public static readonly DiagnosticDescriptor AddressNotInFile = new(
        "HPB3005", "Address not in the ELF file", "{0} has no bytes at address 0x{1:x}.", "Use the file that the address was taken from.", ExitCode.Integrity)
        { Why = "No loaded segment of the file covers that address." };

    /// <summary>A debug file that belongs to another executable. 1: the debug file.</summary>
    public static readonly DiagnosticDescriptor OtherBuild = new(
        "HPB3006", "Symbols of another build", "{1} is not the debug file of {0}: build-id or sections differ.", "Build both again, together.", ExitCode.Integrity)
        { Why = "Symbols of another build lead into the middle of other functions." };
}
