using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using HotpatchBuild.Agent.Switching;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Loading;

/// <summary>Compiles new code before anything depends on it: what can't be bound shows now, not when a user's request runs into it.</summary>
internal static class HolderPreparation
{
    private const BindingFlags Declared = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Finds a holder method in its patch assembly.</summary>
    /// <exception cref="AgentException">It is not there.</exception>
    internal static MethodInfo Find(Assembly patch, MethodPlan plan) => Find(patch, plan.HolderType, plan.HolderMethod, plan.DisplayName);

    /// <summary>Finds the method that transition code is called through.</summary>
    /// <exception cref="AgentException">It is not there, or cannot be called as such.</exception>
    internal static MethodInfo Find(Assembly patch, TransitionPlan plan)
    {
        var method = Find(patch, plan.HolderType, plan.HolderMethod, plan.DisplayName);
        bool fits = method is { IsStatic: true, IsGenericMethod: false } && method.GetParameters().Length == 0
            && (plan.Moment == TransitionMoment.Precondition ? method.ReturnType == typeof(bool) || method.ReturnType == typeof(string) : method.ReturnType == typeof(void));
        return fits ? method : throw new AgentException(AgentError.CannotBind, plan.DisplayName, plan.HolderType + "." + plan.HolderMethod);
    }

    private static MethodInfo Find(Assembly patch, string holderType, string holderMethod, string displayName)
    {
        try
        {
            var type = patch.GetType(holderType, throwOnError: true)!;
            return Array.Find(type.GetMethods(Declared), m => m.Name == holderMethod)
                ?? throw new AgentException(AgentError.CannotBind, displayName, holderType + "." + holderMethod);
        }
        catch (Exception e) when (IsBinding(e))
        {
            throw new AgentException(AgentError.CannotBind, displayName, e.Message);
        }
    }

    /// <summary>Compiles everything in an assembly: state machines, lambdas and added types are met long after the method that leads to them. What is generic is
    /// compiled for the instantiations that stand for most: reference types, and a value type.</summary>
    /// <exception cref="AgentException">Something can't be compiled.</exception>
    internal static void CompileAll(Assembly assembly)
    {
        string where = assembly.GetName().Name ?? "";
        try
        {
            foreach (var type in assembly.GetTypes())
            {
                where = type.FullName ?? type.Name;
                if (!type.IsGenericTypeDefinition)
                    CompileMembers(type);
                else
                    foreach (var arguments in Representatives(type.GetGenericArguments()))
                        if (Closed(() => type.MakeGenericType(arguments)) is { } closed)
                            CompileMembers(closed);
            }
        }
        catch (ReflectionTypeLoadException e)
        {
            throw new AgentException(AgentError.CannotBind, where, e.LoaderExceptions.FirstOrDefault()?.Message ?? e.Message);
        }
        catch (Exception e) when (IsBinding(e))
        {
            throw new AgentException(AgentError.CannotBind, where, e.Message);
        }
    }

    private static void CompileMembers(Type type)
    {
        if (type.IsInterface && !type.GetMethods(Declared | BindingFlags.Instance).Any(m => !m.IsAbstract))
            return;
        RuntimeTypeHandle[] owner = [.. type.GetGenericArguments().Select(t => t.TypeHandle)];
        var members = type.GetMethods(Declared | BindingFlags.Instance).Cast<MethodBase>().Concat(type.GetConstructors(Declared | BindingFlags.Instance));
        foreach (var member in members)
        {
            if (member.IsAbstract || (member.MethodImplementationFlags & (MethodImplAttributes.Runtime | MethodImplAttributes.InternalCall)) != 0
                || (member.Attributes & MethodAttributes.PinvokeImpl) != 0)
                continue;
            if (!member.IsGenericMethodDefinition)
                RuntimeHelpers.PrepareMethod(member.MethodHandle, owner.Length == 0 ? null : owner);
            else
                foreach (var arguments in Representatives(member.GetGenericArguments()))
                    if (Closed(() => ((MethodInfo)member).MakeGenericMethod(arguments)) is not null)
                        RuntimeHelpers.PrepareMethod(member.MethodHandle, [.. owner, .. arguments.Select(t => t.TypeHandle)]);
        }
    }

    // What meets the constraints can't be guessed in every case; the runtime itself says which guess does not.
    private static T? Closed<T>(Func<T> make) where T : class
    {
        try
        {
            return make();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>True for what the runtime throws when code does not fit what it refers to.</summary>
    internal static bool IsBinding(Exception e) =>
        e is TypeLoadException or MissingMemberException or MemberAccessException or BadImageFormatException or FileNotFoundException
            or FileLoadException or InvalidProgramException or TypeInitializationException or System.Security.VerificationException;

    private static IEnumerable<Type[]> Representatives(Type[] parameters)
    {
        foreach (var guess in new[] { typeof(object), typeof(int) })
        {
            var arguments = Array.ConvertAll(parameters, p => Representative(p, guess));
            if (!Array.Exists(arguments, a => a is null) && Fits(parameters, arguments!))
                yield return arguments!;
        }
    }

    private static Type? Representative(Type parameter, Type guess)
    {
        var flags = parameter.GenericParameterAttributes;
        if ((flags & GenericParameterAttributes.NotNullableValueTypeConstraint) != 0)
            return parameter.GetGenericParameterConstraints().Contains(typeof(Enum)) ? typeof(DayOfWeek) : typeof(int);
        var constraints = parameter.GetGenericParameterConstraints();
        if (constraints.Length == 0)
            return (flags & GenericParameterAttributes.ReferenceTypeConstraint) != 0 ? typeof(object) : guess;
        // A constraint is its own representative when it is a closed reference type.
        return constraints.Length == 1 && !constraints[0].ContainsGenericParameters ? constraints[0] : null;
    }

    private static bool Fits(Type[] parameters, Type[] arguments)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            var flags = parameters[i].GenericParameterAttributes;
            if ((flags & GenericParameterAttributes.DefaultConstructorConstraint) != 0 && !arguments[i].IsValueType
                && (arguments[i].IsAbstract || arguments[i].GetConstructor(Type.EmptyTypes) is null))
                return false;
        }
        return true;
    }
}
