/*
 * The time stamp of the machine's first device interrupt: the first handler that the kernel
 * calls for a network or a disk driver, seen through its trace point. Timer, ACPI and serial
 * port do not count, as they do not for dirql.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "peer.h"

static struct tracepoint *HandlerEntry;
static u64 FirstInterrupt;

static void
SeeInterrupt(void *Context, int Irq, struct irqaction *Action)
{
    const char *Name = Action->name;

    if (FirstInterrupt == 0 && Name != NULL &&
        (strncmp(Name, "ahci", 4) == 0 || strncmp(Name, "eth", 3) == 0 ||
         strncmp(Name, "nvme", 4) == 0)) {
        FirstInterrupt = rdtsc();
    }
}

static void
FindHandlerEntry(struct tracepoint *Point, void *Context)
{
    if (strcmp(Point->name, "irq_handler_entry") == 0) {
        HandlerEntry = Point;
    }
}

int
StartFirstInterrupt(void)
{
    for_each_kernel_tracepoint(FindHandlerEntry, NULL);
    return HandlerEntry == NULL
               ? -ENOENT
               : tracepoint_probe_register(HandlerEntry, SeeInterrupt, NULL);
}

/* What is measured afterwards is not to pay for the probe. */
void
StopFirstInterrupt(void)
{
    tracepoint_probe_unregister(HandlerEntry, SeeInterrupt, NULL);
    tracepoint_synchronize_unregister();
}

void
ShowFirstInterrupt(int Count, char **Words, char *Answer)
{
    snprintf(Answer, ANSWER_SIZE, "RESULT first_interrupt=%llu", FirstInterrupt);
}
