// libhotpatch.so: the profiler of the managed engine (CoreCLR, .NET 8 and later, linux-x64).
//
// It gives the managed agent what only a profiler may do: new IL for a method (ReJIT), new references in a module's
// metadata, stack snapshots, a veto of inlining, and words of memory that code can read ("gates"). It decides nothing itself.
//
// There is no SDK header here: interfaces are called by slot number, counted in the order of src/coreclr/inc/corprof.idl and
// src/coreclr/inc/cor.h (dotnet/runtime); the numbers never change, as COM interfaces only grow. No C++ run-time library is
// needed: no exceptions, no RTTI, no containers, nothing that allocates with new.

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// From glibc 2.34 on these have a second, newer version, which a library that is built there would ask for in vain on an older
// system. The first version is in every glibc of x86-64.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_create,pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_join,pthread_join@GLIBC_2.2.5");
__asm__(".symver pthread_key_create,pthread_key_create@GLIBC_2.2.5");
__asm__(".symver pthread_setspecific,pthread_setspecific@GLIBC_2.2.5");
#endif

#define EXPORT extern "C" __attribute__((visibility("default")))

typedef int32_t HRESULT;
typedef uint32_t Token;
typedef uintptr_t Id; // ModuleID, FunctionID, ThreadID, ReJITID of corprof.idl
typedef char16_t Char;

struct Guid
{
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};

static const HRESULT Ok = 0, False = 1, NoInterface = (HRESULT)0x80004002, Fail = (HRESULT)0x80004005, OutOfMemory = (HRESULT)0x8007000E,
    SuspensionInProgress = (HRESULT)0x80131388;

// ---- The runtime's interfaces --------------------------------------------------------------------------------------------

// ICorProfilerInfo10; slots 0-2 are IUnknown's.
enum Info
{
    // ICorProfilerInfo: 3-35
    GetFunctionInfo = 15,
    SetEventMask = 16,
    GetModuleInfo = 20,
    GetModuleMetaData = 21,
    GetILFunctionBody = 22,
    GetThreadInfo = 12,
    // ICorProfilerInfo2: 36-56
    DoStackSnapshot = 36,
    // ICorProfilerInfo3: 57-70
    GetModuleInfo2 = 70,
    // ICorProfilerInfo4: 71-80
    EnumThreads = 71,
    InitializeCurrentThread = 72,
    GetFunctionFromIP2 = 76,
    // ICorProfilerInfo5: 81-82, 6: 83
    // ICorProfilerInfo7: 84-86
    ApplyMetaData = 84,
    // ICorProfilerInfo8: 87-89
    IsFunctionDynamic = 87,
    // ICorProfilerInfo9: 90-92
    GetNativeCodeStartAddresses = 90,
    GetILToNativeMapping3 = 91,
    // ICorProfilerInfo10: 93-98
    RequestReJITWithInliners = 96,
    SuspendRuntime = 97,
    ResumeRuntime = 98,
};

// IMetaDataEmit2, IMetaDataAssemblyEmit (cor.h), ICorProfilerFunctionControl, ICorProfilerThreadEnum (corprof.idl).
enum Other
{
    Release = 2,
    DefineTypeRefByName = 12,
    DefineMemberRef = 14,
    DefineMethodSpec = 52,
    DefineAssemblyRef = 4,
    SetCodegenFlags = 3,
    SetILFunctionBody = 4,
    EnumNext = 7,
};

static const Guid InfoId = {0x2F1B5152, 0xC869, 0x40C9, {0xAA, 0x5F, 0x3A, 0xBE, 0x02, 0x6B, 0xD7, 0x20}};         // ICorProfilerInfo10
static const Guid EmitId = {0xF5DD9950, 0xF693, 0x42e6, {0x83, 0x0E, 0x7B, 0x83, 0x3E, 0x81, 0x46, 0xA9}};         // IMetaDataEmit2
static const Guid AssemblyEmitId = {0x211EF15B, 0x5317, 0x4438, {0xB1, 0x96, 0xDE, 0xC8, 0x7B, 0x88, 0x76, 0x93}}; // IMetaDataAssemblyEmit

// COR_PRF_MONITOR; each of them is in COR_PRF_ALLOWABLE_AFTER_ATTACH (corprof.idl).
static const uint32_t MonitorModuleLoads = 0x4, MonitorJitCompilation = 0x20, EnableReJit = 0x40000, EnableStackSnapshot = 0x10000000;

// COR_PRF_REJIT_FLAGS. With the second one the runtime asks for the IL of inliners too. Without it a patched method that inlines a
// newly patched one would silently go back to its own original IL (rejit.cpp, ConfigureILCodeVersion).
static const uint32_t BlockInlining = 1, InliningCallbacks = 2;

template <class... A> static HRESULT call(void* object, int slot, A... arguments)
{
    typedef HRESULT (*Method)(void*, A...);
    return ((Method)(*(void***)object)[slot])(object, arguments...);
}

// ---- Small tools ---------------------------------------------------------------------------------------------------------

struct Lock
{
    pthread_mutex_t& mutex;
    explicit Lock(pthread_mutex_t& m) : mutex(m) { pthread_mutex_lock(&mutex); }
    ~Lock() { pthread_mutex_unlock(&mutex); }
};

static int64_t nanoseconds()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x7FB5D329728EA185ull;
    x ^= x >> 27;
    x *= 0x81DADEF4BC2DD44Dull;
    return x ^ (x >> 33);
}

// A hash table with open addressing. Values are plain data, a zero key means "free"; nothing is ever taken out, values change.
template <class K, class V> struct Table
{
    struct Slot
    {
        K key;
        V value;
    };

    Slot* slots;
    size_t size, used;

    V* find(const K& key) const
    {
        if (!size)
            return 0;
        for (size_t i = key.hash() & (size - 1);; i = (i + 1) & (size - 1))
        {
            if (slots[i].key.none())
                return 0;
            if (slots[i].key == key)
                return &slots[i].value;
        }
    }

    // Null when there is no memory.
    V* add(const K& key)
    {
        if (V* found = find(key))
            return found;
        if (used * 4 >= size * 3 && !grow())
            return 0;
        used++;
        return place(key);
    }

private:
    V* place(const K& key)
    {
        size_t i = key.hash() & (size - 1);
        while (!slots[i].key.none())
            i = (i + 1) & (size - 1);
        slots[i].key = key;
        return &slots[i].value;
    }

    bool grow()
    {
        Slot* old = slots;
        size_t count = size, larger = size ? size * 2 : 64;
        Slot* fresh = (Slot*)calloc(larger, sizeof(Slot));
        if (!fresh)
            return false;
        slots = fresh;
        size = larger;
        for (size_t i = 0; i < count; i++)
            if (!old[i].key.none())
                *place(old[i].key) = old[i].value;
        free(old);
        return true;
    }
};

struct Method
{
    Id module;
    Token token;
    uint32_t zero;
    bool none() const { return !module; }
    bool operator==(const Method& other) const { return module == other.module && token == other.token; }
    uint64_t hash() const { return mix(module * 31 + token); }
};

struct Edge
{
    Method caller, callee;
    bool none() const { return !caller.module; }
    bool operator==(const Edge& other) const { return caller == other.caller && callee == other.callee; }
    uint64_t hash() const { return mix(caller.hash() * 3 + callee.hash()); }
};

struct Function
{
    Id id;
    bool none() const { return !id; }
    bool operator==(const Function& other) const { return id == other.id; }
    uint64_t hash() const { return mix(id); }
};

struct Body
{
    uint8_t* bytes; // null: the original IL
    uint32_t length;
};

struct Nothing
{
};

struct ReJitError
{
    Id module;
    Token token;
    HRESULT result;
};

// ---- State ---------------------------------------------------------------------------------------------------------------

static void* info;             // ICorProfilerInfo10
static HRESULT attached = Fail;
static int32_t prepared;       // the profiler has been there from the start
static int32_t dynamicCode;    // dynamic methods that were compiled since
static int64_t attachTime;
static Id marker, markerReJit; // see hotpatch_set_marker

static pthread_mutex_t bodiesLock = PTHREAD_MUTEX_INITIALIZER;
static Table<Method, Body> bodies;

static pthread_mutex_t edgesLock = PTHREAD_MUTEX_INITIALIZER;
static Table<Edge, Nothing> edges;
static int32_t edgesFull;
static const size_t MostEdges = 1 << 20; // 50 MB; programs of 400 files have some thousand

// User methods that were compiled since the profiler is there: of others it is not known what was inlined into them.
static pthread_mutex_t seenLock = PTHREAD_MUTEX_INITIALIZER;
static Table<Function, Nothing> seen;

static pthread_mutex_t errorsLock = PTHREAD_MUTEX_INITIALIZER;
static ReJitError errors[1024];
static int32_t errorCount;

static pthread_mutex_t gatesLock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t* gates;
static size_t gatesLeft;

// Methods that nothing may inline: what is being patched, and what patched methods forward to.
static pthread_mutex_t vetoesLock = PTHREAD_MUTEX_INITIALIZER;
static Table<Method, int32_t> vetoes;

// What is known of a module. Looked up for every inlining, so it takes no lock: slots are written once, the key last.
enum ModuleKind
{
    Unknown = 0,
    Framework = 1,
    User = 2,
    Watched = 4, // with User or Framework: has methods in vetoes
};

struct ModuleSlot
{
    Id module;
    int32_t kind;
};

static const size_t ModuleSlots = 4096;
static ModuleSlot modules[ModuleSlots];
static pthread_mutex_t modulesLock = PTHREAD_MUTEX_INITIALIZER;

// ---- Compilations under way ----------------------------------------------------------------------------------------------

// What a thread compiles. Compilations nest (a class constructor, an assembly resolver), and one that ends with an exception is never reported as finished
// (prestub.cpp, JitCompileCodeLockedEventWrapper): it is known to be over when the stack is above the place where it began.
struct Compiler
{
    static const int32_t Deepest = 16;

    Compiler* next;
    int32_t used;   // 0: its thread has ended, another one may take it
    int32_t thread; // the operating system's id
    int32_t depth;
    int64_t begin; // of the outermost one
    struct
    {
        uintptr_t stack;
        Id function; // 0 for a dynamic method
    } levels[Deepest];
};

static Compiler* compilers; // grows at its head, nothing is taken out
static pthread_key_t compilerKey;
static __thread Compiler* compiler;

// While it is set no compilation begins.
static int32_t noCompilations;

static void leaveCompiler(void* value)
{
    Compiler* mine = (Compiler*)value;
    __atomic_store_n(&mine->depth, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&mine->used, 0, __ATOMIC_SEQ_CST);
}

static Compiler* ownCompiler()
{
    if (compiler)
        return compiler;
    Compiler* mine = __atomic_load_n(&compilers, __ATOMIC_ACQUIRE);
    for (int32_t free = 0; mine; mine = mine->next, free = 0)
        if (__atomic_compare_exchange_n(&mine->used, &free, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            break;
    if (!mine)
    {
        mine = (Compiler*)calloc(1, sizeof *mine);
        if (!mine)
            return 0;
        mine->used = 1;
        mine->next = __atomic_load_n(&compilers, __ATOMIC_ACQUIRE);
        while (!__atomic_compare_exchange_n(&compilers, &mine->next, mine, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            ;
    }
    mine->thread = (int32_t)syscall(SYS_gettid);
    pthread_setspecific(compilerKey, mine);
    return compiler = mine;
}

static void sleepFor(int64_t nanosecondCount)
{
    timespec pause = {0, (long)nanosecondCount};
    nanosleep(&pause, 0);
}

static void beginCompilation(Id function)
{
    Compiler* mine = ownCompiler();
    if (!mine)
        return;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    int32_t depth = mine->depth;
    while (depth && mine->levels[depth - 1].stack <= here)
        depth--;
    if (depth == Compiler::Deepest)
        return;
    mine->levels[depth].stack = here;
    mine->levels[depth].function = function;
    if (!depth)
        mine->begin = nanoseconds();
    // Either this store is seen by who has set the word, or the word is seen here.
    __atomic_store_n(&mine->depth, depth + 1, __ATOMIC_SEQ_CST);
    while (!depth && __atomic_load_n(&noCompilations, __ATOMIC_SEQ_CST))
    {
        __atomic_store_n(&mine->depth, 0, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&noCompilations, __ATOMIC_SEQ_CST))
            sleepFor(50000);
        __atomic_store_n(&mine->depth, 1, __ATOMIC_SEQ_CST);
    }
}

static void endCompilation()
{
    Compiler* mine = compiler;
    if (!mine || !mine->depth)
        return;
    // Both ends of a compilation are called from one function, so levels far below are what ended with exceptions inside it.
    const uintptr_t slack = 4096;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    int32_t depth = mine->depth;
    while (depth > 1 && mine->levels[depth - 1].stack + slack < here)
        depth--;
    __atomic_store_n(&mine->depth, depth - 1, __ATOMIC_SEQ_CST);
}

// True when a compilation that was not reported as finished is over all the same.
static bool isOver(Compiler* other)
{
    const int64_t longest = 60000000000LL;
    if (nanoseconds() - other->begin > longest)
        return true;
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", other->thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return true; // the thread has ended
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return false;
    text[length] = 0;
    // "running", or number, six arguments, stack pointer, instruction pointer (proc(5)); outside of a call "-1", stack pointer, instruction pointer.
    unsigned long long stack = 0;
    bool inCall = sscanf(text, "%*d %*x %*x %*x %*x %*x %*x %llx", &stack) == 1;
    if (!inCall && sscanf(text, "-1 %llx", &stack) != 1)
        return false;
    return stack > other->levels[0].stack;
}

// Waits until nothing is being compiled and keeps it so, or returns the number of compilations that would not end. See hotpatch_rejit.
static int32_t holdCompilations()
{
    int32_t left = 0;
    for (int attempt = 0; attempt < 10; attempt++)
    {
        __atomic_store_n(&noCompilations, 1, __ATOMIC_SEQ_CST);
        int64_t begin = nanoseconds();
        for (;;)
        {
            int64_t waited = nanoseconds() - begin;
            left = 0;
            for (Compiler* c = __atomic_load_n(&compilers, __ATOMIC_ACQUIRE); c; c = c->next)
                if (__atomic_load_n(&c->depth, __ATOMIC_SEQ_CST) && !(waited > 5000000 && isOver(c)))
                    left++;
            if (!left)
                return 0;
            if (waited > 200000000)
                break;
            sleepFor(50000);
        }
        // One of them may wait for a thread that is being held: let go, and try again.
        __atomic_store_n(&noCompilations, 0, __ATOMIC_SEQ_CST);
        sleepFor(20000000);
    }
    return left;
}

static void releaseCompilations()
{
    __atomic_store_n(&noCompilations, 0, __ATOMIC_SEQ_CST);
}

// ---- Modules -------------------------------------------------------------------------------------------------------------

static bool startsWith(const Char* text, const char* prefix)
{
    while (*prefix)
        if (*text++ != (Char)*prefix++)
            return false;
    return true;
}

// The framework's assemblies are never patched. A user's assembly that is called so loses the veto for dynamic code and exact stale
// reports, nothing else.
static int32_t classify(Id module)
{
    Char path[1024] = {};
    uint32_t length = 0;
    Id assembly = 0;
    const uint8_t* base = 0;
    if (call(info, GetModuleInfo, module, &base, (uint32_t)1023, &length, path, &assembly) < 0)
        return Framework;
    const Char* name = path;
    for (const Char* p = path; *p; p++)
        if (*p == u'/')
            name = p + 1;
    return startsWith(name, "System.") || startsWith(name, "Microsoft.") || startsWith(name, "mscorlib.") || startsWith(name, "netstandard.")
            || startsWith(name, "HotpatchBuild.Agent.")
        ? Framework
        : User;
}

static ModuleSlot* moduleSlot(Id module)
{
    for (size_t i = mix(module) % ModuleSlots, tries = 0; tries < ModuleSlots; i = (i + 1) % ModuleSlots, tries++)
    {
        Id key = __atomic_load_n(&modules[i].module, __ATOMIC_ACQUIRE);
        if (key == module || !key)
            return &modules[i];
    }
    return 0;
}

static int32_t moduleKind(Id module)
{
    ModuleSlot* slot = moduleSlot(module);
    if (slot && slot->module == module)
        return __atomic_load_n(&slot->kind, __ATOMIC_RELAXED);
    int32_t kind = classify(module);
    Lock lock(modulesLock);
    slot = moduleSlot(module);
    if (!slot) // more modules than slots: no cache for this one
        return kind | Watched;
    if (!slot->module)
    {
        slot->kind = kind;
        __atomic_store_n(&slot->module, module, __ATOMIC_RELEASE);
    }
    return slot->kind;
}

static bool methodOf(Id function, Method& method)
{
    Id type = 0;
    memset(&method, 0, sizeof method);
    return call(info, GetFunctionInfo, function, &type, &method.module, &method.token) >= 0 && method.module;
}

// ---- Callbacks -----------------------------------------------------------------------------------------------------------

// CEEInfo::canInline (jitinterface.cpp) asks when everything else allows the inlining, for every candidate: this is the hot path.
static bool mayInline(Id caller, Id callee)
{
    Method inlined;
    if (!methodOf(callee, inlined))
        return true;
    int32_t kind = moduleKind(inlined.module);
    if (kind == Framework)
        return true;
    if (kind & Watched)
    {
        Lock lock(vetoesLock);
        int32_t* veto = vetoes.find(inlined);
        if (veto && *veto)
            return false;
    }
    if (!(kind & User))
        return true;

    int32_t dynamic = 0;
    int32_t depth = compiler ? compiler->depth : 0;
    Id compiling = depth ? compiler->levels[depth - 1].function : 0;
    if ((depth && !compiling) || (call(info, IsFunctionDynamic, caller, &dynamic) >= 0 && dynamic))
        // Dynamic code has no token, so the runtime can't ReJIT it (rejit.cpp, UpdateJitInlinerActiveILVersions skips it): what it inlines
        // stays old for ever.
        return false;

    Edge edge;
    memset(&edge, 0, sizeof edge);
    edge.callee = inlined;
    for (int i = 0; i < 2; i++)
    {
        // The method that the code is for is noted too: between it and the caller there may be the framework's, whose edges are not kept.
        Id from = i ? compiling : caller;
        if (!from || (i && from == caller) || !methodOf(from, edge.caller))
            continue;
        Lock lock(edgesLock);
        if (edges.used < MostEdges)
            edges.add(edge);
        else
            edgesFull = 1;
    }
    return true;
}

static HRESULT giveBody(Id module, Token token, void* control)
{
    Method method = {module, token, 0};
    Lock lock(bodiesLock);
    Body* body = bodies.find(method);
    // Nothing given means the original IL: that is what inliners of a patched method are compiled from again.
    return body && body->bytes ? call(control, SetILFunctionBody, body->length, (const uint8_t*)body->bytes) : Ok;
}

static void noteError(Id module, Token token, HRESULT result)
{
    Lock lock(errorsLock);
    if (errorCount < (int32_t)(sizeof errors / sizeof *errors))
    {
        ReJitError error = {module, token, result};
        errors[errorCount++] = error;
    }
}

static void noteUnload(Id module)
{
    // The address may serve another module later. The slot stays taken, with a key that no module has, so that searches go on behind it.
    Lock lock(modulesLock);
    ModuleSlot* slot = moduleSlot(module);
    if (slot && slot->module == module)
        __atomic_store_n(&slot->module, (Id)1, __ATOMIC_RELEASE);
}

static HRESULT start(void* unknown)
{
    HRESULT result = call(unknown, 0, &InfoId, &info);
    if (result >= 0)
        result = call(info, SetEventMask, MonitorModuleLoads | MonitorJitCompilation | EnableReJit | EnableStackSnapshot);
    attachTime = nanoseconds();
    __atomic_store_n(&attached, result, __ATOMIC_RELEASE);
    return result;
}

// Slots of ICorProfilerCallback11; 0-2 are IUnknown's.
enum CallbackSlot
{
    // ICorProfilerCallback: 3-71
    Initialize = 3,
    ModuleUnloadStarted = 15,
    JITCompilationStarted = 23,
    JITCompilationFinished = 24,
    JITInlining = 28,
    // ICorProfilerCallback2: 72-79
    // ICorProfilerCallback3: 80-82
    InitializeForAttach = 80,
    // ICorProfilerCallback4: 83-88
    ReJITCompilationStarted = 83,
    GetReJITParameters = 84,
    ReJITCompilationFinished = 85,
    ReJITErrorSlot = 86,
    // ICorProfilerCallback5: 89, 6: 90, 7: 91
    // ICorProfilerCallback8: 92-93
    DynamicMethodJITCompilationStarted = 92,
    DynamicMethodJITCompilationFinished = 93,
    // ICorProfilerCallback9: 94, 10: 95-96
    // ICorProfilerCallback11: 97
    LoadAsNotificationOnly = 97,
    CallbackSlots = 160, // some more, should a later runtime ask for a later interface
};

static HRESULT onQuery(void* self, const Guid*, void** result)
{
    *result = self;
    return Ok;
}

static HRESULT onNothing(void*)
{
    return Ok; // takes any arguments: the caller cleans up (System V ABI)
}

static uint32_t onReference(void*)
{
    return 1; // both objects are static
}

static HRESULT onInitialize(void*, void* unknown) // by environment variables, before any managed code
{
    prepared = 1;
    return start(unknown);
}

static HRESULT onInitializeForAttach(void*, void* unknown, const void* data, uint32_t size)
{
    static const char Word[] = "prepared";
    prepared = size >= sizeof Word - 1 && !memcmp(data, Word, sizeof Word - 1);
    return start(unknown);
}

static HRESULT onModuleUnload(void*, Id module)
{
    noteUnload(module);
    return Ok;
}

static HRESULT onCompilation(void*, Id function, int32_t)
{
    beginCompilation(function);
    Method method;
    if (methodOf(function, method) && moduleKind(method.module) & User)
    {
        Function key = {function};
        Lock lock(seenLock);
        seen.add(key);
    }
    return Ok;
}

static HRESULT onCompiled(void*)
{
    endCompilation();
    return Ok;
}

static HRESULT onDynamicCompilation(void*, Id, int32_t, const uint8_t*, uint32_t)
{
    __atomic_store_n(&dynamicCode, 1, __ATOMIC_RELAXED);
    beginCompilation(0);
    return Ok;
}

static HRESULT onReJitCompilation(void* self, Id function, Id reJit, int32_t)
{
    if (function == marker)
        __atomic_store_n(&markerReJit, reJit, __ATOMIC_RELEASE);
    return onCompilation(self, function, 1);
}

static HRESULT onInlining(void*, Id caller, Id callee, int32_t* should)
{
    *should = mayInline(caller, callee);
    return Ok;
}

static HRESULT onReJitParameters(void*, Id module, Token token, void* control)
{
    return giveBody(module, token, control);
}

static HRESULT onReJitError(void*, Id module, Token token, Id, HRESULT result)
{
    noteError(module, token, result);
    return Ok;
}

static HRESULT onLoadAsNotificationOnly(void*, int32_t* only)
{
    *only = 0;
    return Ok;
}

static void* callbackSlots[CallbackSlots];
static void* callback = callbackSlots; // an object is a pointer to its slots

static HRESULT onCreateInstance(void*, void*, const Guid*, void** result)
{
    *result = &callback;
    if (callbackSlots[0]) // a second tool asks while the runtime is using them
        return Ok;
    if (pthread_key_create(&compilerKey, leaveCompiler))
        return OutOfMemory;
    for (int i = 0; i < CallbackSlots; i++)
        callbackSlots[i] = (void*)onNothing;
    callbackSlots[0] = (void*)onQuery;
    callbackSlots[1] = callbackSlots[2] = (void*)onReference;
    callbackSlots[Initialize] = (void*)onInitialize;
    callbackSlots[InitializeForAttach] = (void*)onInitializeForAttach;
    callbackSlots[ModuleUnloadStarted] = (void*)onModuleUnload;
    callbackSlots[JITCompilationStarted] = (void*)onCompilation;
    callbackSlots[JITCompilationFinished] = callbackSlots[ReJITCompilationFinished] = (void*)onCompiled;
    callbackSlots[DynamicMethodJITCompilationStarted] = (void*)onDynamicCompilation;
    callbackSlots[DynamicMethodJITCompilationFinished] = (void*)onCompiled;
    callbackSlots[JITInlining] = (void*)onInlining;
    callbackSlots[ReJITCompilationStarted] = (void*)onReJitCompilation;
    callbackSlots[GetReJITParameters] = (void*)onReJitParameters;
    callbackSlots[ReJITErrorSlot] = (void*)onReJitError;
    callbackSlots[LoadAsNotificationOnly] = (void*)onLoadAsNotificationOnly;
    return Ok;
}

// IClassFactory: IUnknown, CreateInstance, LockServer.
static void* factorySlots[] = {(void*)onQuery, (void*)onReference, (void*)onReference, (void*)onCreateInstance, (void*)onNothing};
static void* factory = factorySlots;

EXPORT HRESULT DllGetClassObject(const Guid*, const Guid*, void** result)
{
    *result = &factory;
    return Ok;
}

EXPORT HRESULT DllCanUnloadNow()
{
    return False; // gates and callbacks are used for as long as the process lives
}

// ---- Calls that the runtime refuses on a managed thread (0x80131363, CORPROF_E_UNSUPPORTED_CALL_SEQUENCE) -------------------

struct Work
{
    HRESULT (*step)(void*);
    void* data;
    HRESULT result;
};

static void* workThread(void* argument)
{
    Work* work = (Work*)argument;
    work->result = call(info, InitializeCurrentThread);
    if (work->result >= 0)
        work->result = work->step(work->data);
    return 0;
}

template <class T> static HRESULT onNativeThread(HRESULT (*step)(T*), T& data)
{
    if (attached < 0)
        return attached;
    Work work = {(HRESULT(*)(void*))step, &data, Fail};
    pthread_t thread;
    if (pthread_create(&thread, 0, workThread, &work))
        return OutOfMemory;
    pthread_join(thread, 0);
    return work.result;
}

// ---- Exports: facts ------------------------------------------------------------------------------------------------------

// Changes with every change of an export or a structure; the agent (Interop/ProfilerLibrary.cs) refuses another one.
EXPORT int32_t hotpatch_abi()
{
    return 3;
}

struct Facts
{
    HRESULT attached; // S_OK when the runtime has accepted the profiler
    int32_t prepared;
    int32_t dynamicCode;
    int32_t edgesFull;
};

EXPORT void hotpatch_facts(Facts* facts)
{
    facts->attached = __atomic_load_n(&attached, __ATOMIC_ACQUIRE);
    facts->prepared = prepared;
    facts->dynamicCode = __atomic_load_n(&dynamicCode, __ATOMIC_RELAXED);
    facts->edgesFull = edgesFull;
}

// A FunctionID is a MethodDesc*, which RuntimeMethodHandle.Value is too.
EXPORT HRESULT hotpatch_method(Id function, Id* module, Token* token)
{
    Method method;
    if (attached < 0)
        return attached;
    if (!methodOf(function, method))
        return Fail;
    *module = method.module;
    *token = method.token;
    return Ok;
}

// The header and body of a method, as the file has them; they stay where they are.
EXPORT HRESULT hotpatch_original(Id module, Token token, const uint8_t** bytes, uint32_t* length)
{
    return attached < 0 ? attached : call(info, GetILFunctionBody, module, token, bytes, length);
}

// ---- Exports: gates ------------------------------------------------------------------------------------------------------

// A word with the value 0 that lives as long as the process: code that was compiled with its address is never freed.
EXPORT uint32_t* hotpatch_gate()
{
    Lock lock(gatesLock);
    if (!gatesLeft)
    {
        const size_t size = 4096;
        void* page = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            return 0;
        gates = (uint32_t*)page;
        gatesLeft = size / sizeof *gates;
    }
    gatesLeft--;
    return gates++;
}

EXPORT void hotpatch_set_gate(uint32_t* gate, uint32_t value)
{
    __atomic_store_n(gate, value, __ATOMIC_SEQ_CST);
}

// ---- Exports: metadata ---------------------------------------------------------------------------------------------------

enum DefinitionKind
{
    AssemblyRef = 1, // name, version, blob: public key token
    TypeRef = 2,     // parent: scope; name
    MemberRef = 3,   // parent; name; blob: signature
    MethodSpec = 4,  // parent; blob: signature
};

struct Definition
{
    int32_t kind;
    int32_t parentIndex; // index of an earlier definition, or -1: see parent
    Token parent;
    uint32_t blobLength;
    const Char* name;
    const uint8_t* blob;
    uint16_t version[4];
    Token token; // out
    HRESULT result;
};

struct DefineWork
{
    Id module;
    Definition* definitions;
    int32_t count;
};

struct AssemblyMetadata // ASSEMBLYMETADATA of cor.h
{
    uint16_t version[4];
    Char* locale;
    uint32_t localeLength;
    uint32_t* processors;
    uint32_t processorCount;
    void* systems;
    uint32_t systemCount;
};

static HRESULT defineOne(void* emit, void* assemblyEmit, Definition& d, Token parent)
{
    switch (d.kind)
    {
    case AssemblyRef:
    {
        AssemblyMetadata metadata;
        memset(&metadata, 0, sizeof metadata);
        memcpy(metadata.version, d.version, sizeof metadata.version);
        return call(assemblyEmit, DefineAssemblyRef, (const void*)d.blob, d.blobLength, d.name, (const AssemblyMetadata*)&metadata, (const void*)0,
            (uint32_t)0, (uint32_t)0, &d.token);
    }
    case TypeRef:
        return call(emit, DefineTypeRefByName, parent, d.name, &d.token);
    case MemberRef:
        return call(emit, DefineMemberRef, parent, d.name, d.blob, d.blobLength, &d.token);
    case MethodSpec:
        return call(emit, DefineMethodSpec, parent, d.blob, d.blobLength, &d.token);
    default:
        return Fail;
    }
}

static HRESULT defineAll(DefineWork* work)
{
    const uint32_t ofWrite = 1;
    void *emit = 0, *assemblyEmit = 0;
    HRESULT result = call(info, GetModuleMetaData, work->module, ofWrite, &EmitId, &emit);
    if (result < 0 || !emit)
        return result < 0 ? result : Fail;
    result = call(emit, 0, &AssemblyEmitId, &assemblyEmit);
    for (int32_t i = 0; i < work->count && result >= 0; i++)
    {
        Definition& d = work->definitions[i];
        d.result = result = defineOne(emit, assemblyEmit, d, d.parentIndex >= 0 ? work->definitions[d.parentIndex].token : d.parent);
    }
    if (result >= 0)
        result = call(info, ApplyMetaData, work->module);
    if (assemblyEmit)
        call(assemblyEmit, Release);
    call(emit, Release);
    return result;
}

// Adds references to a module's metadata, in order, up to the first failure.
EXPORT HRESULT hotpatch_define(Id module, Definition* definitions, int32_t count)
{
    DefineWork work = {module, definitions, count};
    return onNativeThread(defineAll, work);
}

// ---- Exports: ReJIT ------------------------------------------------------------------------------------------------------

// What a method is compiled from when its ReJIT is requested next, and when it is compiled again for being an inliner; length 0: its
// original IL.
EXPORT HRESULT hotpatch_set_body(Id module, Token token, const uint8_t* bytes, uint32_t length)
{
    uint8_t* copy = 0;
    if (length)
    {
        copy = (uint8_t*)malloc(length);
        if (!copy)
            return OutOfMemory;
        memcpy(copy, bytes, length);
    }
    Method method = {module, token, 0};
    Lock lock(bodiesLock);
    Body* body = bodies.add(method);
    if (!body)
    {
        free(copy);
        return OutOfMemory;
    }
    free(body->bytes);
    body->bytes = copy;
    body->length = length;
    return Ok;
}

// Whether nothing may inline a method. Set before the first request for it, and for what patched methods forward to: then a frame of a
// patched method that stands at the call runs the new code.
EXPORT HRESULT hotpatch_veto(Id module, Token token, int32_t veto)
{
    Method method = {module, token, 0};
    {
        Lock lock(vetoesLock);
        int32_t* value = vetoes.add(method);
        if (!value)
            return OutOfMemory;
        *value = veto;
    }
    moduleKind(module);
    Lock lock(modulesLock);
    ModuleSlot* slot = moduleSlot(module);
    if (slot && slot->module == module)
        __atomic_store_n(&slot->kind, slot->kind | Watched, __ATOMIC_SEQ_CST);
    return Ok;
}

// The function whose ReJIT ids mark points in time: ids are given in one ascending order for the whole process (rejit.cpp,
// s_GlobalReJitId), in the order of a request's methods.
EXPORT void hotpatch_set_marker(Id function)
{
    marker = function;
}

EXPORT Id hotpatch_marker_id()
{
    return __atomic_load_n(&markerReJit, __ATOMIC_ACQUIRE);
}

struct ReJitWork
{
    uint32_t count;
    Id* modules;
    Token* tokens;
    int32_t hold;
    int32_t waiting;
};

static HRESULT requestReJit(ReJitWork* work)
{
    // What was being compiled when the runtime attached the profiler was not reported as begun.
    const int64_t settle = 150000000;
    while (!prepared && nanoseconds() - attachTime < settle)
        sleepFor(1000000);
    if (work->hold && (work->waiting = holdCompilations()))
        return Ok;
    HRESULT result = call(info, RequestReJITWithInliners, BlockInlining | InliningCallbacks, work->count, work->modules, work->tokens);
    if (work->hold)
        releaseCompilations();
    return result;
}

// Requests the ReJIT of methods and of all that has them inlined, while nothing is being compiled. Two reasons, both in the moment at which the JIT reports what it
// inlined (jitinterface.cpp, CEEInfo::reportInliningDecision):
// - A request reads the map of inlinings first and publishes the new IL last (rejit.cpp, UpdateActiveILVersions). What a compilation inlines in between is in neither
//   the map that was read nor found out by the check for a callee with new IL.
// - That check requests the caller's ReJIT with the code versioning lock held, and then waits for the lock of requests (s_csGlobalRequest). A request holds that one and
//   waits for the code versioning lock: the process stands still for ever. Seen with .NET 8.0.31, and the code is the same in later ones.
// The veto of inlining alone does not help: a compilation may be past it, and callers of the methods are requested too, which nothing vetoes.
// hold is 0 for methods that nothing can have inlined, of an assembly that is being loaded: that may happen inside a compilation.
EXPORT HRESULT hotpatch_rejit(uint32_t count, Id* moduleIds, Token* tokens, int32_t hold, int32_t* waiting)
{
    ReJitWork work = {count, moduleIds, tokens, hold, 0};
    HRESULT result = onNativeThread(requestReJit, work);
    *waiting = work.waiting;
    return result;
}

// Takes the errors that were reported since the last call.
EXPORT int32_t hotpatch_take_errors(ReJitError* taken, int32_t capacity)
{
    Lock lock(errorsLock);
    int32_t count = errorCount < capacity ? errorCount : capacity;
    memcpy(taken, errors, count * sizeof *errors);
    errorCount = 0;
    return count;
}

// ---- Exports: what runs --------------------------------------------------------------------------------------------------

// Which method was inlined into which, since the profiler is there; user code only. Returns how many there are.
EXPORT int64_t hotpatch_edges(Edge* copy, int64_t capacity)
{
    Lock lock(edgesLock);
    int64_t count = 0;
    for (size_t i = 0; i < edges.size; i++)
        if (!edges.slots[i].key.none() && count++ < capacity)
            copy[count - 1] = edges.slots[i].key;
    return count;
}

struct Frame
{
    Id function; // 0 for a run of native frames
    Id reJit;
    Id module;
    Id address;
    Token token;
    int32_t thread; // the operating system's id
    int32_t origin; // Origin
    int32_t il;     // offset in the IL of a method that was ReJITted; NoMapping and less for none
};

enum Origin
{
    Seen = 1,      // the function was compiled since the profiler is there
    FirstCode = 2, // its first code: of the lowest tier, or the build's
    ReadyToRun = 4 // its module comes with compiled code
};

struct Snapshot
{
    Frame* frames; // innermost first, thread after thread
    int64_t count, capacity;
    int64_t suspended; // nanoseconds
    int32_t threads, unreadable, current, zero;
};

// A method that may be in the way of a gate.
struct Watch
{
    Id module;
    Token token;
    int32_t kind; // WatchKind
};

enum WatchKind
{
    Any = 1,         // no frame of it may be there
    ButHarmless = 2 // none but at addresses that are known to be harmless
};

// A word that is set while all managed threads stand, when nothing is in the way.
struct Guard
{
    const Watch* watches;
    int64_t watchCount;
    const Id* harmless; // ascending addresses
    int64_t harmlessCount;
    uint32_t* gate;
    uint32_t value;
    int32_t stored; // out
};

struct SnapshotWork
{
    Snapshot* snapshot;
    Guard* guard; // or null
    Table<Method, int32_t> watched;
};

static bool isHarmless(const Guard& guard, Id address)
{
    int64_t low = 0, high = guard.harmlessCount - 1;
    while (low <= high)
    {
        int64_t middle = low + (high - low) / 2;
        if (guard.harmless[middle] == address)
            return true;
        if (guard.harmless[middle] < address)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return false;
}

// Called while the runtime is suspended: nothing here may wait for a managed thread. GetFunctionInfo only reads (proftoeeinterfaceimpl.cpp); the locks of this file are held
// for moments by threads that do not stop meanwhile.
static bool isInTheWay(const Frame& frame, const SnapshotWork& work)
{
    Method method;
    if (!frame.function || !methodOf(frame.function, method))
        return false; // native, or dynamic code
    if (int32_t* kind = work.watched.find(method))
        return *kind == Any || !isHarmless(*work.guard, frame.address);
    ModuleSlot* slot = moduleSlot(method.module);
    int32_t kind = slot && slot->module == method.module ? __atomic_load_n(&slot->kind, __ATOMIC_RELAXED) : User;
    if (!(kind & User))
        return false;
    Function key = {frame.function};
    Lock lock(seenLock);
    // What was inlined into it is not known.
    return !seen.find(key) && !isHarmless(*work.guard, frame.address);
}

static HRESULT onFrame(Id function, Id address, Id, uint32_t, uint8_t*, void* data)
{
    Snapshot* snapshot = (Snapshot*)data;
    if (snapshot->count == snapshot->capacity)
    {
        int64_t larger = snapshot->capacity ? snapshot->capacity * 2 : 4096;
        Frame* frames = (Frame*)realloc(snapshot->frames, larger * sizeof(Frame));
        if (!frames)
            return False; // ends this walk
        snapshot->frames = frames;
        snapshot->capacity = larger;
    }
    Frame& frame = snapshot->frames[snapshot->count++];
    memset(&frame, 0, sizeof frame);
    frame.function = function;
    frame.address = address;
    frame.thread = snapshot->current;
    return Ok;
}

struct Mapping // COR_DEBUG_IL_TO_NATIVE_MAP
{
    int32_t il; // or one of the values below
    uint32_t begin, end;
};

// ICorDebugInfo::MappingTypes (src/coreclr/inc/cordebuginfo.h): unknown, before the first and behind the last instruction.
static const int32_t NoMapping = -1;

// The begin of the code that a frame's address lies in, 0 if unknown. A version of a method has code of several tiers, the first one first
// (codeversion.cpp, NativeCodeVersionIterator).
static Id codeOf(const Frame& frame, bool& first)
{
    const uint32_t most = 64;
    Id starts[most];
    uint32_t count = 0;
    first = false;
    if (call(info, GetNativeCodeStartAddresses, frame.function, frame.reJit, most, &count, starts) < 0)
        return 0;
    Id begin = 0;
    for (uint32_t i = 0; i < count && i < most; i++)
        if (starts[i] <= frame.address && starts[i] > begin)
        {
            begin = starts[i];
            first = i == 0;
        }
    return begin;
}

// The IL offset that an address stands for.
static int32_t offsetOf(Id code, uint32_t offset)
{
    uint32_t entries = 0;
    if (call(info, GetILToNativeMapping3, code, (uint32_t)0, &entries, (Mapping*)0) < 0 || !entries)
        return NoMapping;
    Mapping* map = (Mapping*)calloc(entries, sizeof(Mapping));
    if (!map)
        return NoMapping;
    int32_t il = NoMapping;
    uint32_t best = 0;
    if (call(info, GetILToNativeMapping3, code, entries, &entries, map) >= 0)
        for (uint32_t i = 0; i < entries; i++)
            if (map[i].begin <= offset && map[i].begin >= best && (map[i].end > offset || map[i].end == 0))
            {
                best = map[i].begin;
                il = map[i].il;
            }
    free(map);
    return il;
}

static bool isReadyToRun(Id module)
{
    const uint32_t ngen = 2; // COR_PRF_MODULE_NGEN
    const uint8_t* base = 0;
    uint32_t length = 0, flags = 0;
    Id assembly = 0;
    return call(info, GetModuleInfo2, module, &base, (uint32_t)0, &length, (Char*)0, &assembly, &flags) < 0 || flags & ngen;
}

static void describe(Frame& frame, bool innermost)
{
    Method method;
    Id function = 0;
    frame.il = NoMapping;
    // Threads run again: a dynamic method, or one of a collectible assembly, may be gone, and its id with it. The address can be asked for all the same.
    if (call(info, GetFunctionFromIP2, frame.address, &function, &frame.reJit) < 0 || !function)
    {
        frame.function = 0;
        return;
    }
    frame.function = function;
    if (!methodOf(function, method))
        return;
    frame.module = method.module;
    frame.token = method.token;
    if (!(moduleKind(method.module) & User))
        return;
    bool first = false;
    if (Id code = codeOf(frame, first))
        if (frame.reJit)
            frame.il = offsetOf(code, (uint32_t)(frame.address - code) - (innermost ? 0 : 1));
    Function key = {frame.function};
    Lock lock(seenLock);
    frame.origin = (seen.find(key) ? Seen : 0) | (first ? FirstCode : 0) | (isReadyToRun(method.module) ? ReadyToRun : 0);
}

static HRESULT takeSnapshot(SnapshotWork* work)
{
    Snapshot* snapshot = work->snapshot;
    for (int64_t i = 0; work->guard && i < work->guard->watchCount; i++)
    {
        const Watch& watch = work->guard->watches[i];
        Method method = {watch.module, watch.token, 0};
        int32_t* kind = work->watched.add(method);
        if (!kind)
            return OutOfMemory;
        *kind = watch.kind;
    }

    // SuspendRuntime is refused while another suspension, such as a garbage collector's, is under way (proftoeeinterfaceimpl.cpp).
    HRESULT result;
    int64_t begin, limit = nanoseconds() + 2000000000LL;
    while ((begin = nanoseconds(), result = call(info, SuspendRuntime)) == SuspensionInProgress && begin < limit)
        sleepFor(100000);
    if (result < 0)
        return result;

    // Threads that run native code go on doing so; those that come back wait at the border. Nothing here takes a lock of managed code.
    void* threads = 0;
    result = call(info, EnumThreads, &threads);
    if (result >= 0)
    {
        Id thread = 0;
        uint32_t fetched = 0;
        while (call(threads, EnumNext, (uint32_t)1, &thread, &fetched) == Ok && fetched == 1)
        {
            uint32_t id = 0;
            call(info, GetThreadInfo, thread, &id);
            snapshot->current = (int32_t)id;
            snapshot->threads++;
            // COR_PRF_SNAPSHOT_DEFAULT, no seed. A thread with no frame to begin at fails in this way: it runs nothing managed.
            int64_t before = snapshot->count;
            result = call(info, DoStackSnapshot, thread, (void*)onFrame, (uint32_t)0, (void*)snapshot, (uint8_t*)0, (uint32_t)0);
            if (result < 0 && (result != Fail || snapshot->count != before))
                snapshot->unreadable++;
            result = Ok;
        }
        call(threads, Release);
    }
    if (work->guard && result >= 0 && !snapshot->unreadable)
    {
        bool free = true;
        for (int64_t i = 0; free && i < snapshot->count; i++)
            free = !isInTheWay(snapshot->frames[i], *work);
        if (free)
        {
            __atomic_store_n(work->guard->gate, work->guard->value, __ATOMIC_SEQ_CST);
            work->guard->stored = 1;
        }
    }
    HRESULT resumed = call(info, ResumeRuntime);
    snapshot->suspended = nanoseconds() - begin;

    for (int64_t i = 0; i < snapshot->count; i++)
        if (snapshot->frames[i].function)
            describe(snapshot->frames[i], i == 0 || snapshot->frames[i - 1].thread != snapshot->frames[i].thread);
    return result < 0 ? result : resumed;
}

// The managed stacks of all threads, at one moment. With a guard, its word is set at that moment, unless something is in the way: nobody can have entered a method between the
// look and the store.
EXPORT HRESULT hotpatch_snapshot(Snapshot* snapshot, Guard* guard)
{
    SnapshotWork work;
    memset(&work, 0, sizeof work);
    memset(snapshot, 0, sizeof *snapshot);
    work.snapshot = snapshot;
    work.guard = guard;
    if (guard)
        guard->stored = 0;
    HRESULT result = onNativeThread(takeSnapshot, work);
    free(work.watched.slots);
    return result;
}

EXPORT void hotpatch_free_snapshot(Snapshot* snapshot)
{
    free(snapshot->frames);
    memset(snapshot, 0, sizeof *snapshot);
}
