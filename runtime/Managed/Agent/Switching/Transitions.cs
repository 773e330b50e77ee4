using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using HotpatchBuild.Agent.Bodies;
using HotpatchBuild.Agent.Interop;
using HotpatchBuild.Agent.Loading;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>
/// The states of this process. A step gives every method that it changes a body with both codes, the one in force and the wanted one, which changes
/// nothing; then one word of memory is set, and all of them do the wanted thing from the next call on.
/// </summary>
/// <remarks>
/// What it rests on (src/coreclr/vm of dotnet/runtime):
/// <list type="bullet">
/// <item>RequestReJITWithInliners has published the new IL when it returns, for every instantiation that there is and will be: IL versions hang on module and token,
/// and the entry points of all loaded instantiations go back to the prestub (rejit.cpp, UpdateActiveILVersions; codeversion.cpp, SetActiveILCodeVersions).</item>
/// <item>A method with other than its own IL is never inlined again (jitinterface.cpp, canInline; codeversion.cpp, HasDefaultIL), so after the switch nothing has to be
/// compiled again. Callers that were requested as inliners have their own IL, and may be inlined.</item>
/// <item>Code of the old version that a compilation in the background or an on-stack replacement brings later belongs to its old version: it is not published
/// (codeversion.cpp, PublishVersionableCodeIfNecessary; tieredcompilation.cpp, ActivateCodeVersion).</item>
/// <item>ReadyToRun code with the method inlined is found through the image's own map (rejit.cpp, UpdateNativeInlinerActiveILVersions).</item>
/// <item>The runtime is not suspended for a switch; only the report of old code does that, to walk the stacks.</item>
/// </list>
/// </remarks>
internal sealed class Transitions : IPatchTransitions
{
    private readonly object sync = new();
    private readonly PatchImages images = new();
    private readonly HashSet<Assembly> prepared = [];
    private readonly Dictionary<nint, ModuleReferences> references = [];
    private readonly TransitionCode code = new();
    private readonly Dictionary<MethodKey, PatchedMethod> methods = [];
    private readonly Dictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders = [];

    // The latest one; it is open or closed. Null before the first one.
    private Transition? latest;
    private bool open;

    // The loaded assemblies that the plan of the latest transition has been carried out in, and those in which it could not be.
    private readonly HashSet<Assembly> covered = [];
    private readonly Dictionary<Assembly, AgentFailure> failed = [];

    // Callers that could not be compiled again, with the runtime's reasons: they go on with what they inlined.
    private readonly SortedSet<string> notCompiled = new(StringComparer.Ordinal);

    // What is in force or is becoming so: whoever loads an assembly looks at it without waiting. And whether an assembly of it was loaded during a step.
    private volatile DeltaPlan? wanted;
    private volatile bool missed;

    private Transitions()
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, e) => OnLoad(e.LoadedAssembly);
    }

    /// <summary>Takes charge of this process's patches.</summary>
    /// <param name="profilerPath">The profiler library that the runtime has loaded.</param>
    /// <exception cref="AgentException">The library is another version's, or the runtime did not accept it.</exception>
    internal static Transitions Create(string profilerPath)
    {
        Profiler.Bind(profilerPath);
        return new Transitions();
    }

    private DeltaPlan? InForce => latest is null ? null : open ? latest.To : latest.From;

    /// <inheritdoc/>
    public TargetFacts Inspect() => ProcessFacts.Read();

    /// <inheritdoc/>
    public StepReport Check(DeltaPlan plan) => Step(() =>
    {
        var changes = Plan(plan);
        code.RequireIdle();
        code.Ask(CodeOf(plan, TransitionMoment.Precondition), 0);
        return Report(changes.Count(c => c.Open is not null), plan, Active(Changed(plan, changes)));
    });

    /// <inheritdoc/>
    public StepReport Apply(DeltaPlan plan, ActiveCodeChoice active) => Step(() =>
    {
        wanted = plan;
        if (InForce?.DeltaId != plan.DeltaId)
        {
            if (!open && latest?.To?.DeltaId == plan.DeltaId)
            {
                // It was rolled back, and nothing came in between. What was loaded since goes behind the same gate before that is opened.
                CoverBeforeSwitch(latest);
                code.RequireIdle();
                code.Ask(CodeOf(plan, TransitionMoment.Precondition), active.Milliseconds);
                var run = code.NotDone(CodeOf(plan, TransitionMoment.Transition));
                Open(latest.Gate, true, latest.Changes, active, run);
                SetGate(true);
                code.Note(run);
                latest.Since = DateTime.UtcNow;
            }
            else
                Switch(plan, active);
        }
        CatchUp();
        return Report(CountInForce(), plan, FindStale());
    });

    /// <inheritdoc/>
    public StepReport RollBack(ActiveCodeChoice active) => Step(() =>
    {
        if (InForce is null)
            throw new AgentException(AgentError.NothingInForce);
        int count = CountInForce();
        if (open && latest!.From is null && !latest.HasLateAssemblies)
        {
            code.RequireIdle();
            Open(latest.Gate, false, latest.Changes, active, CodeOf(InForce, TransitionMoment.Rollback));
            SetGate(false);
        }
        else
            Switch(null, active);
        code.Forget();
        return Report(count, null, FindStale());
    });

    /// <inheritdoc/>
    public ForceReport Status()
    {
        lock (sync)
        {
            var plan = InForce;
            return new ForceReport(plan?.DeltaId, plan?.Manifest ?? [], plan is null ? default : latest!.Since, CountInForce(), NotLoaded(plan),
                FindStale().Stale);
        }
    }

    private StepReport Step(Func<StepReport> step)
    {
        lock (sync)
        {
            try
            {
                return step();
            }
            catch (AgentException e)
            {
                return new StepReport(e.Failure, InForce?.DeltaId, 0, [], [], 0);
            }
            finally
            {
                wanted = InForce;
                CatchUpMissed();
            }
        }
    }

    private StepReport Report(int count, DeltaPlan? plan, StaleReport? stale) =>
        new(null, InForce?.DeltaId, count, NotLoaded(plan), stale?.Stale ?? [], stale?.SuspendedMicroseconds ?? 0);

    /// <summary>Old code that runs. What is in force is so whether or not it can be found out: this never fails.</summary>
    private StaleReport FindStale()
    {
        foreach (var (key, result) in Profiler.TakeErrors())
            NoteNotCompiled(key, result);
        StaleReport found;
        try
        {
            found = StaleReport.Take(methods, holders);
        }
        catch (Exception e)
        {
            // Types that can't be loaded, a runtime that does not stop: told to the user, who believes that the switch failed if this went further.
            found = new StaleReport([new StaleCode(e is AgentException known ? string.Join(' ', known.Failure.Details) : e.Message, StaleKind.Unknown, 0, 0)], 0);
        }
        var failures = failed.Select(f => new StaleCode($"{f.Key.GetName().Name}: {f.Value.Error} {string.Join(' ', f.Value.Details)}", StaleKind.Assembly, 0, 0));
        return found with { Stale = [.. found.Stale, .. failures, .. notCompiled.Select(text => new StaleCode(text, StaleKind.Unknown, 0, 0))] };
    }

    private void NoteNotCompiled(MethodKey key, int result) => notCompiled.Add($"{Profiler.Hex(key.Token)} could not be compiled again ({Profiler.Hex(result)})");

    private int CountInForce() => methods.Values.Count(m => m.InForce is not null);

    private List<string> NotLoaded(DeltaPlan? plan) =>
        plan is null ? [] : [.. plan.Modules.Where(m => TargetModules.Find(m).Count == 0).Select(m => m.Assembly)];

    /// <summary>Brings a plan into force, or the baseline.</summary>
    private void Switch(DeltaPlan? plan, ActiveCodeChoice active)
    {
        var next = new Transition(Profiler.NewGate(), InForce, plan);
        notCompiled.Clear();
        next.Changes.AddRange(Changed(plan, plan is null ? [] : Plan(plan)));
        // Before anything is compiled: requests that are refused again and again are to leave nothing behind.
        code.RequireIdle();
        if (plan is not null)
            code.Ask(CodeOf(plan, TransitionMoment.Precondition), active.Milliseconds);
        var run = plan is null ? CodeOf(InForce, TransitionMoment.Rollback) : code.NotDone(CodeOf(plan, TransitionMoment.Transition));
        // Its own way back may hold too.
        next.Holds = run.Count > 0 || plan is not null && CodeOf(plan, TransitionMoment.Rollback).Count > 0 || plan is not null && CodeOf(plan, TransitionMoment.Transition).Count > 0;
        if (active.Rule == ActiveCodeRule.Refuse)
            new ActiveCode(next.Changes, holders).RequireNone();

        // When this fails half way, some methods hang on the new gate. It stays closed, where they do what is in force; but the gate before it no longer
        // reaches them, so it can't lead back any more. An open transition that leads nowhere takes its place.
        var instead = new Transition(Profiler.NewGate(), InForce, InForce) { Since = latest?.Since ?? default };
        try
        {
            Install(next.Gate, next.Changes, fresh: false, next.Holds, ownerSeesOpen: plan is not null);
            Open(next.Gate, true, next.Changes, active, run);
        }
        catch
        {
            latest = instead;
            SetGate(true);
            throw;
        }
        latest = next;
        covered.Clear();
        failed.Clear();
        covered.UnionWith(next.Changes.Where(c => c.Open is not null).Select(c => c.Method.Method.Module.Assembly));
        covered.UnionWith(plan is null ? [] : plan.Modules.Where(m => m.Methods.Count == 0).SelectMany(TargetModules.Find));
        SetGate(true);
        latest.Since = DateTime.UtcNow;
        if (plan is not null)
            code.Note(run);
    }

    /// <summary>Code of a plan that runs at a moment, of all assemblies that are loaded: the data of others is made by new code.</summary>
    private List<BoundTransition> CodeOf(DeltaPlan? plan, TransitionMoment moment)
    {
        var result = new List<BoundTransition>();
        foreach (var (module, assembly) in plan is null ? [] : TargetsOf(plan))
            foreach (var transition in module.Transitions.Where(t => t.Moment == moment))
                result.Add(new BoundTransition(transition, HolderPreparation.Find(images.Loaded(module, TargetModules.ContextOf(assembly)), transition))
                {
                    Key = (assembly, transition.Identity),
                });
        return result;
    }

    /// <summary>What a plan changes, and what is in force and not in it.</summary>
    private List<(PatchedMethod Method, Holder? Closed, Holder? Open)> Changed(DeltaPlan? plan, List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes)
    {
        if (plan is not null && InForce?.DeltaId == plan.DeltaId)
            return changes;
        var planned = changes.Select(c => c.Method).ToHashSet();
        return [.. changes, .. methods.Values.Where(m => m.InForce is not null && !planned.Contains(m)).Select(m => (m, m.InForce, (Holder?)null))];
    }

    /// <summary>Calls that are under way. A report never fails for it.</summary>
    private StaleReport Active(List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes)
    {
        try
        {
            return new ActiveCode(changes, holders).Look();
        }
        catch (AgentException e)
        {
            return new StaleReport([new StaleCode(string.Join(' ', e.Failure.Details), StaleKind.Unknown, 0, 0)], 0);
        }
    }

    /// <summary>Sets a gate as the rule for calls under way has it. Where code of the delta runs at the switch, calls that begin meanwhile wait for its end.</summary>
    /// <exception cref="AgentException">There was no moment for it, or the code failed or did not end in time; the gate is as it was.</exception>
    private void Open(nint gate, bool value, List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes, ActiveCodeChoice active, List<BoundTransition> run)
    {
        const uint holds = 2;
        (uint before, uint after) = value ? (0u, 1u) : (1u, 0u);
        uint first = run.Count > 0 ? holds : after;
        IEnumerable<(PatchedMethod Method, Holder? Closed, Holder? Open)> leading = value ? changes : changes.Select(c => (c.Method, c.Open, c.Closed));
        if (active.Rule != ActiveCodeRule.Finish)
            new ActiveCode(leading, holders).Store(gate, first, active);
        else
            ProfilerLibrary.SetGate(gate, first);
        if (run.Count == 0)
            return;
        uint next = before;
        try
        {
            code.Run(run, active.Milliseconds);
            next = after;
        }
        finally
        {
            ProfilerLibrary.SetGate(gate, next);
        }
    }

    private void SetGate(bool value)
    {
        ProfilerLibrary.SetGate(latest!.Gate, value ? 1u : 0u);
        open = value;
        foreach (var (method, closed, opened) in latest.Changes)
            method.InForce = value ? opened : closed;
    }

    /// <summary>Loads what a plan needs, and finds what it changes. Nothing that runs is different afterwards.</summary>
    private List<(PatchedMethod Method, Holder? Closed, Holder? Open)> Plan(DeltaPlan plan)
    {
        // Compiling new code can load assemblies of the plan: they belong to the same step.
        const int mostPasses = 8;
        var targets = new List<(ModulePlan Module, Assembly Assembly)>();
        for (int pass = 0; pass < mostPasses; pass++)
        {
            var now = TargetsOf(plan);
            if (now.Count == targets.Count)
                break;
            targets = now;
            foreach (var (module, assembly) in targets)
                RequireNotCollectible(module, assembly);
            LoadImages(plan, targets);
        }
        return [.. targets.SelectMany(t => Plan(t.Module, t.Assembly))];
    }

    /// <summary>Loads all images of a plan before code of any is bound: new code of one assembly uses what is new in another, which may have nothing else
    /// that is changed, or may not be loaded yet.</summary>
    private void LoadImages(DeltaPlan plan, List<(ModulePlan Module, Assembly Assembly)> targets)
    {
        var loaded = new List<Assembly>();
        foreach (var module in plan.Modules)
        {
            var contexts = targets.Where(t => t.Module == module).Select(t => TargetModules.ContextOf(t.Assembly)).Distinct().ToList();
            if (contexts.Count == 0)
                contexts = [.. targets.Select(t => TargetModules.ContextOf(t.Assembly)).Distinct()];
            foreach (var context in contexts)
                loaded.AddRange(images.Load(module, context));
        }
        foreach (var assembly in loaded.Where(a => !prepared.Contains(a)).Distinct())
        {
            HolderPreparation.CompileAll(assembly);
            // Only now: what could not be compiled stays loaded, and the next request has to find out again.
            prepared.Add(assembly);
        }
    }

    private static List<(ModulePlan Module, Assembly Assembly)> TargetsOf(DeltaPlan plan) =>
        [.. plan.Modules.SelectMany(m => TargetModules.Find(m), (module, assembly) => (module, assembly))];

    private static void RequireNotCollectible(ModulePlan plan, Assembly assembly)
    {
        if (assembly.IsCollectible)
            throw new AgentException(AgentError.CollectibleContext, plan.Assembly, TargetModules.ContextOf(assembly).Name ?? "");
    }

    private List<(PatchedMethod Method, Holder? Closed, Holder? Open)> Plan(ModulePlan plan, Assembly assembly)
    {
        var context = TargetModules.ContextOf(assembly);
        var targets = plan.Methods.Select(m => FindTarget(m, assembly)).ToList();
        if (targets.Count == 0)
            return [];
        var patch = images.Loaded(plan, context);
        var name = patch.GetName();
        nint module = targets[0].Key.Module;
        if (!references.TryGetValue(module, out var added))
            references[module] = added = new ModuleReferences(module);
        int[] tokens = added.Add(
            [.. plan.Methods.Select(m => new HolderReference(name, m.HolderType, m.HolderMethod, m.Signature, m.Instantiation))]);

        var result = new List<(PatchedMethod, Holder?, Holder?)>();
        for (int i = 0; i < targets.Count; i++)
        {
            var holder = Bind(plan.Methods[i], targets[i], patch, tokens[i]);
            result.Add((targets[i], targets[i].InForce, holder));
        }
        return result;
    }

    private PatchedMethod FindTarget(MethodPlan plan, Assembly assembly)
    {
        MethodBase method;
        MethodKey key;
        try
        {
            method = assembly.ManifestModule.ResolveMethod(plan.Target)
                ?? throw new AgentException(AgentError.NoSuchMethod, assembly.GetName().Name ?? "", Profiler.Hex(plan.Target), plan.DisplayName);
            key = Profiler.Locate(method);
        }
        catch (Exception e) when (e is ArgumentException || HolderPreparation.IsBinding(e))
        {
            throw new AgentException(AgentError.NoSuchMethod, assembly.GetName().Name ?? "", Profiler.Hex(plan.Target), plan.DisplayName);
        }
        if (methods.TryGetValue(key, out var known))
            return known;
        byte[] original = Profiler.GetOriginal(key)
            ?? throw new AgentException(AgentError.NoSuchMethod, assembly.GetName().Name ?? "", Profiler.Hex(plan.Target), plan.DisplayName);
        return methods[key] = new PatchedMethod(key, method, original, plan.DisplayName);
    }

    private Holder Bind(MethodPlan plan, PatchedMethod target, Assembly patch, int token)
    {
        var holder = HolderPreparation.Find(patch, plan);
        var key = Profiler.Locate(holder);
        // The very token that the transition body calls has to lead to it.
        MethodBase? resolved;
        try
        {
            var type = target.Method.DeclaringType;
            resolved = target.Method.Module.ResolveMethod(
                token, type?.IsGenericType == true ? type.GetGenericArguments() : null, target.Method.IsGenericMethod ? target.Method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException || HolderPreparation.IsBinding(e))
        {
            throw new AgentException(AgentError.CannotBind, plan.DisplayName, e.Message);
        }
        if (resolved is null || resolved.MetadataToken != holder.MetadataToken || resolved.Module != holder.Module)
            throw new AgentException(AgentError.CannotBind, plan.DisplayName, plan.HolderType + "." + plan.HolderMethod);
        if (holders.TryGetValue(key, out var known))
            return known.Holder;
        Profiler.Veto(key);
        var result = new Holder(key, StateMachines.MoveNextOf(holder), new MethodForm(token, plan.Arguments));
        holders[key] = (target, result);
        return result;
    }

    /// <summary>Gives methods bodies with both codes.</summary>
    /// <param name="gate">The gate that they read.</param>
    /// <param name="changes">The methods.</param>
    /// <param name="fresh">Their assembly is being loaded.</param>
    /// <param name="holds">The gate may hold.</param>
    /// <param name="ownerSeesOpen">What the thread sees then that runs the delta's code: the new code, whichever side that is on.</param>
    private void Install(nint gate, List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes, bool fresh, bool holds, bool ownerSeesOpen = true)
    {
        if (changes.Count == 0)
            return;
        foreach (var (method, closed, opened) in changes)
        {
            byte[] body;
            try
            {
                body = TransitionBody.Build(method.Original, gate, FormOf(closed), FormOf(opened), holds ? HoldFormOf(method.Key.Module, ownerSeesOpen) : null);
            }
            catch (InvalidDataException e)
            {
                throw new AgentException(AgentError.CannotBind, method.DisplayName, e.Message);
            }
            Profiler.Veto(method.Key);
            Profiler.SetBody(method.Key, body);
        }

        Profiler.TakeErrors();
        nint first = Profiler.ReJit([.. changes.Select(c => c.Method.Key)], fresh);
        foreach (var (method, closed, opened) in changes)
            method.Bodies.Add(new InstalledBody(first, TransitionBody.OriginalStart(FormOf(closed), FormOf(opened), holds)));

        foreach (var (method, _, _) in changes)
            Compile(method);
        // A caller that has one inlined and can't be compiled again (in a module that was made at run time) is reported, not a reason to leave all others unpatched.
        foreach (var (key, result) in Profiler.TakeErrors())
            if (changes.Find(c => c.Method.Key == key).Method is { } failing)
                throw new AgentException(AgentError.RuntimeRefused, "ReJIT", Profiler.Hex(result), failing.DisplayName);
            else
                NoteNotCompiled(key, result);
    }

    private HoldForm HoldFormOf(nint module, bool ownerSeesOpen)
    {
        if (!references.TryGetValue(module, out var added))
            references[module] = added = new ModuleReferences(module);
        var core = typeof(object).Assembly.GetName();
        // int Environment.get_CurrentManagedThreadId(), bool Thread.Yield() (ECMA-335 II.23.2.1)
        int[] tokens = added.Add(
            [new HolderReference(core, "System.Environment", "get_CurrentManagedThreadId", [0, 0, 8], []), new HolderReference(core, "System.Threading.Thread", "Yield", [0, 0, 2], [])]);
        return new HoldForm(code.Owner, tokens[0], tokens[1], ownerSeesOpen);
    }

    private static MethodForm FormOf(Holder? holder) => holder?.Form ?? MethodForm.Original;

    // The first call of a method would do it. Done here it costs no user's request anything, and an error comes before the switch.
    private static void Compile(PatchedMethod method)
    {
        if (method.Method.ContainsGenericParameters || method.Method.DeclaringType?.ContainsGenericParameters == true)
            return;
        try
        {
            RuntimeHelpers.PrepareMethod(method.Method.MethodHandle);
        }
        catch (Exception e) when (HolderPreparation.IsBinding(e))
        {
            throw new AgentException(AgentError.CannotBind, method.DisplayName, e.Message);
        }
    }

    // The runtime raises the event before any code of the assembly runs, on the thread that loads it.
    private void OnLoad(Assembly assembly)
    {
        if (wanted is not { } plan || !plan.Modules.Any(m => TargetModules.IsTarget(assembly, m)))
            return;
        // A step on this very thread goes on in a moment. One on another thread may wait for what this thread holds, so this one does not wait for long.
        if (Monitor.IsEntered(sync) || !Monitor.TryEnter(sync, TimeSpan.FromSeconds(1)))
        {
            missed = true;
            return;
        }
        try
        {
            if (open && latest?.To is { } now)
                foreach (var module in now.Modules)
                    if (!covered.Contains(assembly) && TargetModules.IsTarget(assembly, module))
                        CatchUp(latest, module, assembly, fresh: true);
        }
        finally
        {
            Monitor.Exit(sync);
        }
    }

    private void CatchUpMissed()
    {
        while (missed)
        {
            missed = false;
            CatchUp();
        }
    }

    /// <summary>Patches assemblies that were loaded since the delta in force was applied: behind its gate, which is open.</summary>
    private void CatchUp()
    {
        if (!open || latest?.To is not { } plan)
            return;
        foreach (var module in plan.Modules)
            foreach (var assembly in TargetModules.Find(module))
                if (!covered.Contains(assembly) && !failed.ContainsKey(assembly))
                    CatchUp(latest, module, assembly, fresh: false);
    }

    /// <summary>Puts assemblies that were loaded since the transition was closed behind its gate.</summary>
    /// <exception cref="AgentException">It can't be done; the gate has to stay closed.</exception>
    private void CoverBeforeSwitch(Transition transition)
    {
        var all = Plan(transition.To!);
        var known = transition.Changes.Select(c => c.Method).ToHashSet();
        var more = all.Where(c => !known.Contains(c.Method)).ToList();
        Install(transition.Gate, more, fresh: false, transition.Holds);
        transition.Changes.AddRange(more);
        covered.UnionWith(more.Select(c => c.Method.Method.Module.Assembly));
        failed.Clear();
    }

    private void CatchUp(Transition transition, ModulePlan module, Assembly assembly, bool fresh)
    {
        try
        {
            RequireNotCollectible(module, assembly);
            // An assembly that is being loaded need not be among the loaded ones yet.
            LoadImages(transition.To!, [.. TargetsOf(transition.To!).Append((module, assembly)).Distinct()]);
            var changes = Plan(module, assembly);
            covered.Add(assembly);
            if (changes.Count == 0)
                return;
            // Behind a gate of its own, closed until all is ready: when this fails half way, its methods do what they did.
            nint gate = Profiler.NewGate();
            Install(gate, changes, fresh, holds: false);
            ProfilerLibrary.SetGate(gate, 1);
            transition.HasLateAssemblies = true;
            transition.Changes.AddRange(changes);
            foreach (var (method, _, opened) in changes)
                method.InForce = opened;
        }
        catch (AgentException e)
        {
            // Whoever loads an assembly is not to fail for it: the report of what is in force names it.
            covered.Remove(assembly);
            failed[assembly] = e.Failure;
        }
    }
}
