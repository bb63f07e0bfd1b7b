/*
 * What one processor does to another: a call that is waited for, a thread woken there, and a
 * processor that is kept busy.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "peer.h"

#define REPEATS_MAX 100000000
#define BUSY_MS_MAX 600000

struct Sleeper {
    struct completion Wake;
    struct completion Woken;
    unsigned int Times;
};

static void
Nothing(void *Unused)
{
}

void
CallProcessor(unsigned int Processor)
{
    smp_call_function_single(Processor, Nothing, NULL, 1);
}

static int
AnswerEachWake(void *Context)
{
    struct Sleeper *Sleeper = Context;
    unsigned int Left;

    for (Left = Sleeper->Times; Left != 0; Left--) {
        wait_for_completion(&Sleeper->Wake);
        complete(&Sleeper->Woken);
    }
    return 0;
}

static struct task_struct *
StartThread(int (*Routine)(void *), void *Context, unsigned int Processor)
{
    struct task_struct *Thread = kthread_create(Routine, Context, "peer/%u", Processor);

    if (!IS_ERR(Thread)) {
        kthread_bind(Thread, Processor);
        wake_up_process(Thread);
    }
    return Thread;
}

void
RepeatCalls(int Count, char **Words, char *Answer)
{
    struct Sleeper Sleeper;
    unsigned int Processor;
    unsigned int Index;

    if (Count < 3 || !ParseNumber(Words[1], 1, REPEATS_MAX, &Sleeper.Times) ||
        !ParseNumber(Words[2], 0, num_online_cpus() - 1, &Processor)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR ipi N CPU");
        return;
    }
    init_completion(&Sleeper.Wake);
    init_completion(&Sleeper.Woken);
    if (IS_ERR(StartThread(AnswerEachWake, &Sleeper, Processor))) {
        snprintf(Answer, ANSWER_SIZE, "ERROR no thread");
        return;
    }
    for (Index = 0; Index < Sleeper.Times; Index++) {
        CallProcessor(Processor);
        complete(&Sleeper.Wake);
        wait_for_completion(&Sleeper.Woken);
    }
}

static int
SpinUntil(void *Context)
{
    const u64 *Deadline = Context;

    while (ktime_get_ns() < *Deadline) {
        cpu_relax();
    }
    return 0;
}

/* Answered when it is over, as by dirql: who measures meanwhile does not wait for that. */
void
KeepBusy(int Count, char **Words, char *Answer)
{
    unsigned int Milliseconds;
    unsigned int Processor;
    u64 Deadline;

    if (Count < 3 || !ParseNumber(Words[1], 1, BUSY_MS_MAX, &Milliseconds) ||
        !ParseNumber(Words[2], 0, num_online_cpus() - 1, &Processor)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR busy MS CPU");
        return;
    }
    Deadline = ktime_get_ns() + (u64)Milliseconds * NSEC_PER_MSEC;
    if (smp_call_on_cpu(Processor, SpinUntil, &Deadline, false) != 0) {
        snprintf(Answer, ANSWER_SIZE, "ERROR no such processor");
    }
}
