/* What is stopped. Arguments: threads, and "paced" for threads that compute half of the time. Prints the address of a function, then waits for its input's end. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline, aligned(16))) int patched(int x) { __asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop"); return x + 1; }
/* Frames of 8 KB, as a service has them. */
static void *deep(void *argument);
static __attribute__((noinline)) void *rest(void *argument) {
    for (;;) if (argument) { struct timespec a, b, t = { 0, 1000000 }; clock_gettime(CLOCK_MONOTONIC, &a);
        do { patched(1); clock_gettime(CLOCK_MONOTONIC, &b); } while ((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec < 50000); nanosleep(&t, 0); }
    else pause();
}
static void *deep(void *argument) { volatile char frame[8192]; frame[0] = 0; frame[8191] = 0; void *r = rest(argument); frame[1] = frame[0]; return r; }
int main(int argc, char **argv) {
    int n = atoi(argv[1]); pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536);
    for (int i = 1; i < n; i++) { pthread_t t; if (pthread_create(&t, &a, deep, argc > 2 ? "" : 0)) { perror("pthread_create"); return 9; } }
    printf("%lx %d\n", (long)patched, getpid()); fflush(stdout);
    while (getchar() != EOF) patched(1);
    return 0;
}
