/* The process that the tests of process access and of switching work on. First argument: the mode. It prints "key=value" lines, then "ready"; on standard input it
   takes "report", which it answers with "calls=… wrong=…", and ends when its input ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Three instructions within the first five bytes: a thread that stands at +1 or +3 when a jump is stored executes the jump's displacement. The pause is slow, so that
   threads are often met there. */
__asm__(".text\n.globl victim\n.p2align 4\nvictim: push %rbx\n pause\n xor %eax,%eax\n inc %eax\n nop\n pop %rbx\n ret\n .p2align 4\n"
        ".globl fixed\nfixed: mov $2,%eax\n ret\n .p2align 4\n"
        /* Calls its argument from within the window: the return address is +3. */
        ".globl caller\ncaller: push %rbx\n call *%rdi\n nop\n nop\n nop\n nop\n nop\n pop %rbx\n ret\n .p2align 4\n"
        /* Loops at +2, within the window. */
        ".globl spinner\nspinner: nop\n nop\n1: jmp 1b\n .fill 16,1,0x90\n ret\n .p2align 4\n"
        /* Spins at +2 until the word in rdi is set: leaves the window when told so. */
        ".globl waiter\nwaiter: nop\n nop\n1: cmpl $0,(%rdi)\n je 1b\n ret\n .p2align 4\n"
        /* So far away that the displacements of jumps to the two differ in three bytes; what lies between ends the process. */
        ".skip 0x2a5a0,0xcc\n.globl distant\ndistant: mov $2,%eax\n ret\n .p2align 4\n");
extern int victim(void), fixed(void), distant(void);
extern void caller(void (*)(void)), spinner(void), waiter(volatile int *);

static atomic_long calls, wrong, signals, sent;
static volatile int released;
static atomic_int stop_storm;

static void *loop(void *argument) {
    (void)argument;
    for (;;) {
        long w = 0;
        for (int i = 0; i < 1000; i++) { int v = victim(); w += v != 1 && v != 2; }
        calls += 1000; wrong += w;
    }
}
static void *sleeper(void *argument) { (void)argument; for (;;) pause(); }
static void *shortlived(void *argument) { for (int i = 0; i < 100; i++) { int v = victim(); wrong += v != 1 && v != 2; } calls += 100; return argument; }
static void *storm(void *argument) {
    pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED); pthread_attr_setstacksize(&a, 65536);
    for (;;) { pthread_t t; if (pthread_create(&t, &a, shortlived, 0)) usleep(100); }
    return argument;
}
static void count_signal(int s) { (void)s; signals++; }
static void wait_in_handler(int s) { (void)s; signals++; while (!released) usleep(1000); }
static void release(int s) { (void)s; released = 1; }
static void block_here(void) { while (!released) usleep(1000); }
static void *paced(void *argument) { (void)argument; for (;;) { for (int i = 0; i < 20000; i++) { int v = victim(); wrong += v != 1 && v != 2; } calls += 20000; usleep(1000); } }
static void *start(void *(*f)(void *), void *argument) {
    pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536);
    pthread_t t; if (pthread_create(&t, &a, f, argument)) { perror("pthread_create"); exit(9); } return (void *)t;
}
static void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction s = { .sa_handler = handler, .sa_flags = flags }; sigaction(signal, &s, 0);
}
static void *spin_thread(void *alternate) {
    prctl(PR_SET_NAME, "spinning");
    if (alternate) { static char stack[65536]; stack_t s = { .ss_sp = stack, .ss_size = sizeof stack }; sigaltstack(&s, 0); }
    waiter(&released); for (;;) pause();
}
/* The alternate stack lies on the thread's own stack, above the frames that the signal interrupts. */
static void *spin_inner(void *argument) {
    char stack[32768]; stack_t s = { .ss_sp = stack, .ss_size = sizeof stack }; sigaltstack(&s, 0); prctl(PR_SET_NAME, "spinning");
    waiter(&released); memset(stack, 0, sizeof stack); __asm__ volatile("" : : "r"(stack) : "memory"); /* the handler's frame is there for ever otherwise */
    for (;;) pause(); return argument;
}
static void *call_thread(void *argument) { (void)argument; prctl(PR_SET_NAME, "blocked"); caller(block_here); for (;;) pause(); }
static void *jump_thread(void *argument) { (void)argument; prctl(PR_SET_NAME, "spinning"); waiter(&released); for (;;) pause(); }

/* System calls that must go on as if nothing had happened; any early return or error is wrong. */
static void *nap(void *argument) {
    (void)argument;
    for (;;) { struct timespec t = { 0, 30000000 }, a, b; clock_gettime(CLOCK_MONOTONIC, &a); int r = nanosleep(&t, 0); clock_gettime(CLOCK_MONOTONIC, &b);
        double ms = (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6; wrong += r != 0 || ms < 30; calls++; }
}
static void *lock_wait(void *argument) {
    static int word = 0; (void)argument;
    for (;;) { struct timespec t = { 0, 30000000 }; long r = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &t, 0, 0); wrong += !(r < 0 && errno == ETIMEDOUT); calls++; }
}
static int ends[2];
static void *reader(void *argument) { char c; (void)argument; for (;;) { ssize_t r = read(ends[0], &c, 1); wrong += r != 1; calls++; } }
static void *writer(void *argument) { (void)argument; for (;;) { usleep(20000); if (write(ends[1], "x", 1) != 1) wrong++; } }

/* Every queued real-time signal must arrive, however often the threads are stopped meanwhile. */
static void *sender(void *argument) {
    (void)argument; sigset_t all; sigfillset(&all); pthread_sigmask(SIG_SETMASK, &all, 0);
    for (;;) { if (stop_storm) { usleep(1000); continue; } union sigval v = { 0 }; if (sigqueue(getpid(), SIGRTMIN + 3, v) == 0) sent++; if ((sent & 15) == 0) usleep(100); }
}

static char main_alternate[65536];

int main(int argc, char **argv) {
    const char *mode = argv[1]; int n = argc > 2 ? atoi(argv[2]) : 1; pid_t child = 0;
    handle(SIGUSR2, release, SA_RESTART);
    if (!strcmp(mode, "loop")) for (int i = 0; i < n; i++) start(loop, 0);
    else if (!strcmp(mode, "paced")) for (int i = 0; i < n; i++) start(paced, 0);
    else if (!strcmp(mode, "sleep")) for (int i = 0; i < n; i++) start(sleeper, 0);
    else if (!strcmp(mode, "spin")) { handle(SIGUSR1, wait_in_handler, 0); start(spin_thread, 0); }
    else if (!strcmp(mode, "spin-alternate")) { handle(SIGUSR1, wait_in_handler, SA_ONSTACK); start(spin_thread, "yes"); }
    else if (!strcmp(mode, "spin-inner")) { handle(SIGUSR1, wait_in_handler, SA_ONSTACK); start(spin_inner, 0); }
    else if (!strcmp(mode, "call")) start(call_thread, 0);
    else if (!strcmp(mode, "jump")) start(jump_thread, 0);
    else if (!strcmp(mode, "storm")) { start(loop, 0); start(storm, 0); start(storm, 0); }
    else if (!strcmp(mode, "signals")) {
        handle(SIGPROF, count_signal, SA_RESTART); handle(SIGRTMIN + 3, count_signal, SA_RESTART);
        for (int i = 0; i < n; i++) start(loop, 0);
        start(sender, 0);
    }
    else if (!strcmp(mode, "profile")) {
        handle(SIGPROF, count_signal, SA_RESTART);
        for (int i = 0; i < n; i++) start(loop, 0);
        struct itimerval t = { { 0, 1000 }, { 0, 1000 } }; setitimer(ITIMER_PROF, &t, 0);
    }
    else if (!strcmp(mode, "blocked")) { if (pipe(ends)) return 9; for (int i = 0; i < n; i++) { start(nap, 0); start(lock_wait, 0); } start(reader, 0); start(writer, 0); }
    else if (!strcmp(mode, "leaderless")) { start(loop, 0); }
    else if (!strcmp(mode, "undumpable")) prctl(PR_SET_DUMPABLE, 0);
    else if (!strcmp(mode, "main-alternate")) { stack_t s = { .ss_sp = main_alternate, .ss_size = sizeof main_alternate }; sigaltstack(&s, 0); handle(SIGUSR1, wait_in_handler, SA_ONSTACK); }
    else if (!strcmp(mode, "zombie")) { child = fork(); if (!child) _exit(0); siginfo_t i; waitid(P_PID, child, &i, WEXITED | WNOWAIT); }
    else return 8;
    if (strcmp(mode, "main-alternate")) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); pthread_sigmask(SIG_BLOCK, &s, 0); } /* it is meant for the other thread */
    printf("victim=%lx\nfixed=%lx\ndistant=%lx\ncaller=%lx\nspinner=%lx\nwaiter=%lx\npid=%d\nchild=%x\nshared=%lx\nready\n", (long)victim, (long)fixed, (long)distant, (long)caller, (long)spinner, (long)waiter, getpid(), child,
        (long)mmap(0, 4096, PROT_READ, MAP_SHARED, open(argv[0], O_RDONLY), 0));
    fflush(stdout);
    if (!strcmp(mode, "leaderless")) pthread_exit(0);
    if (!strcmp(mode, "main-alternate")) { prctl(PR_SET_NAME, "spinning"); waiter(&released); for (;;) pause(); }
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "report", 6)) {
            printf("calls=%ld wrong=%ld signals=%ld sent=%ld\n", atomic_load(&calls), atomic_load(&wrong), atomic_load(&signals), atomic_load(&sent)); fflush(stdout); }
        else if (!strncmp(line, "quiet", 5)) { stop_storm = 1; usleep(100000); printf("quiet\n"); fflush(stdout); }
        else if (!strncmp(line, "exec", 4)) execl("/bin/sleep", "sleep", "1000", (char *)0);
        else if (!strncmp(line, "vfork", 5)) { pid_t p = vfork(); if (!p) { struct timespec t = { 1, 0 }; nanosleep(&t, 0); _exit(0); } printf("vforked\n"); fflush(stdout); }
        else if (!strncmp(line, "exit", 4)) _exit(0);
    }
    return 0;
}
