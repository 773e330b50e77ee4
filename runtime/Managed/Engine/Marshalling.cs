using System.Runtime.CompilerServices;

// Every declaration passes values as they are; without this the calls' stubs can't be compiled ahead of time.
[assembly: DisableRuntimeMarshalling]
