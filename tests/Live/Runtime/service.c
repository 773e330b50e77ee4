// Stands in for a NativeAOT process: functions in __managedcode, threads that call them, a word of what they returned.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FUNCTION __attribute__((section("__managedcode"), aligned(16), noinline, noclone))
FUNCTION long first(void)  { __asm__ volatile("nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop"); return 0; }
FUNCTION long second(void) { __asm__ volatile("nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop"); return 0; }
FUNCTION long third(void)  { __asm__ volatile("nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop"); return 0; }

static atomic_long calls, wrong;

static void *work(void *unused)
{
    for (;;) {
        long a = first(), b = second(), c = third();
        if ((a | b | c) & ~0xffL)
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&calls, 3);
    }
    return unused;
}

int main(void)
{
    char line[64];
    for (int i = 0; i < 4; i++) {
        pthread_t thread;
        pthread_create(&thread, 0, work, 0);
    }
    printf("%d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        printf("%ld %ld %ld %ld %ld\n", first(), second(), third(), atomic_load(&wrong), atomic_load(&calls));
        fflush(stdout);
    }
    return 0;
}
