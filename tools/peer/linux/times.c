/*
 * What one processor does to itself: spin lock, self-IPI, deferred routine, unowned vector.
 *
 * The counterparts of dirql's: irq_work for a self-IPI whose handler is known, a tasklet for
 * a DPC, a plain spin lock for a pair (the cheapest; one that also holds off deferred
 * routines costs more).
 */
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <asm/apic.h>

#include "peer.h"

#define TRIES       25
#define LOOPS       1000
#define REPEATS_MAX 100000000

/* No device has it: Linux gives vectors out from the lowest upwards. */
#define UNOWNED_VECTOR 0xe0

static DEFINE_SPINLOCK(Lock);
static volatile bool HandlerRan;
static volatile bool TaskletRan;

static void
NoteTasklet(struct tasklet_struct *Tasklet)
{
    TaskletRan = true;
}

static DECLARE_TASKLET(Tasklet, NoteTasklet);

static void
NoteHandler(struct irq_work *Work)
{
    HandlerRan = true;
}

static void
ScheduleFromHandler(struct irq_work *Work)
{
    tasklet_schedule(&Tasklet);
}

static struct irq_work PlainWork = IRQ_WORK_INIT_HARD(NoteHandler);
static struct irq_work TaskletWork = IRQ_WORK_INIT_HARD(ScheduleFromHandler);

static void
Nothing(void)
{
    __asm__ volatile("");
}

static void
TakeAndRelease(void)
{
    spin_lock(&Lock);
    spin_unlock(&Lock);
}

static void
InterruptSelf(void)
{
    HandlerRan = false;
    irq_work_queue(&PlainWork);
    while (!HandlerRan) {
        cpu_relax();
    }
}

/* Linux may have left it to a thread of this processor, which then has to get it. */
static void
WaitForTasklet(void)
{
    while (!TaskletRan) {
        cond_resched();
    }
}

static void
InterruptSelfForTasklet(void)
{
    TaskletRan = false;
    irq_work_queue(&TaskletWork);
    while (!TaskletRan) {
        cpu_relax();
    }
}

static void
RunTasklet(void)
{
    TaskletRan = false;
    local_bh_disable();
    tasklet_schedule(&Tasklet);
    local_bh_enable();
    while (!TaskletRan) {
        cpu_relax();
    }
}

static void
InterruptUnowned(void)
{
    apic->send_IPI_self(UNOWNED_VECTOR);
}

static void
CallOther(void)
{
    CallProcessor(num_online_cpus() > 1 ? 1 : 0);
}

static void
Repeat(void (*Operation)(void), unsigned int Times)
{
    while (Times-- != 0) {
        Operation();
    }
}

/* The smallest time of an operation in thousandths of a tick, the loop around it included. */
static unsigned long long
Time(void (*Operation)(void))
{
    unsigned long long Smallest = ~0ull;
    int Try;

    for (Try = 0; Try < TRIES; Try++) {
        unsigned long long Before = rdtsc_ordered();

        Repeat(Operation, LOOPS);
        Smallest = min(Smallest, rdtsc_ordered() - Before);
    }
    return Smallest * 1000 / LOOPS;
}

void
MeasureTimes(int Count, char **Words, char *Answer)
{
    snprintf(Answer, ANSWER_SIZE,
             "RESULT loop=%llu spinpair=%llu selfipi=%llu selfipi_dpc=%llu dpc_task=%llu "
             "unowned=%llu smpcall=%llu",
             Time(Nothing), Time(TakeAndRelease), Time(InterruptSelf),
             Time(InterruptSelfForTasklet), Time(RunTasklet), Time(InterruptUnowned),
             Time(CallOther));
}

void
RepeatPrimitives(int Count, char **Words, char *Answer)
{
    unsigned int Times;

    if (Count < 2 || !ParseNumber(Words[1], 1, REPEATS_MAX, &Times)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR micro N");
        return;
    }
    Repeat(TakeAndRelease, Times);
    Repeat(RunTasklet, Times);
    Repeat(InterruptSelfForTasklet, Times);
    Repeat(InterruptSelf, Times);
}

void
RepeatUnowned(int Count, char **Words, char *Answer)
{
    unsigned int Times;

    if (Count < 2 || !ParseNumber(Words[1], 1, REPEATS_MAX, &Times)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR nobody N");
        return;
    }
    Repeat(InterruptUnowned, Times);
}
