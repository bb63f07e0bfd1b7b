/*
 * A Linux guest that obeys the measuring protocol, so that dirql has something to be measured
 * against: one thread reads commands from COM1 and answers them.
 *
 * Everything that is measured runs in the kernel, as it does in dirql: a frame goes from the
 * driver to this module, a read from this module to the driver, and user mode has no part.
 */
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/reboot.h>
#include <linux/string.h>

#include "peer.h"

struct Entry {
    const char *Name;
    COMMAND *Command;
};

/*
 * What the outside counter of instructions recognises: it starts at the no-op of the first
 * and stops at that of the second.
 */
static noinline void
PerfArm(void)
{
    __asm__ volatile("nopl 0x50657241(%rax)");
}

static noinline void
PerfDisarm(void)
{
    __asm__ volatile("nopl 0x50657244(%rax)");
}

static void
Arm(int Count, char **Words, char *Answer)
{
    PerfArm();
}

static void
Disarm(int Count, char **Words, char *Answer)
{
    PerfDisarm();
}

/* Linux's own stack answers ARP and ICMP echo from the moment that the address is set. */
static void
AnswerIcmp(int Count, char **Words, char *Answer)
{
}

static void
Quit(int Count, char **Words, char *Answer)
{
    kernel_power_off();
}

static const struct Entry Entries[] = {
    {"rx", CountFrames},
    {"echo", EchoFrames},
    {"icmp", AnswerIcmp},
    {"stat", ShowCounts},
    {"blk", ReadBlocks},
    {"time", MeasureTimes},
    {"busy", KeepBusy},
    {"micro", RepeatPrimitives},
    {"ipi", RepeatCalls},
    {"nobody", RepeatUnowned},
    {"first", ShowFirstInterrupt},
    {"arm", Arm},
    {"disarm", Disarm},
    {"quit", Quit},
};

bool
ParseNumber(const char *Word, unsigned int Low, unsigned int High, unsigned int *Value)
{
    return kstrtouint(Word, 10, Value) == 0 && *Value >= Low && *Value <= High;
}

static int
SplitWords(char *Line, char **Words)
{
    int Count = 0;
    char *Word;

    while ((Word = strsep(&Line, " ")) != NULL) {
        if (*Word != '\0' && Count < WORDS_MAX) {
            Words[Count++] = Word;
        }
    }
    return Count;
}

static void
Obey(char *Line)
{
    char Answer[ANSWER_SIZE] = "OK";
    char *Words[WORDS_MAX] = {NULL};
    int Count = SplitWords(Line, Words);
    int Index;

    for (Index = 0; Count != 0 && Index < ARRAY_SIZE(Entries); Index++) {
        if (strcmp(Words[0], Entries[Index].Name) == 0) {
            Entries[Index].Command(Count, Words, Answer);
            WriteLine(Answer);
            return;
        }
    }
    WriteLine("ERROR no such command");
}

static int
CommandThread(void *Unused)
{
    char Line[80];

    WriteLine("READY");
    while (ReadLine(Line, sizeof(Line))) {
        Obey(Line);
    }
    WriteLine("ERROR COM1 ended");
    return 0;
}

/*
 * Loaded before the drivers of the devices, so that it sees their first interrupt; the rest
 * begins when init writes to the parameter "start", after the drivers.
 */
static int
Start(const char *Value, const struct kernel_param *Parameter)
{
    static bool Started;
    struct task_struct *Thread;
    int Status;

    if (Started) {
        return -EBUSY;
    }
    Started = true;
    StopFirstInterrupt();
    Status = OpenConsole();
    Status = Status ? Status : StartNet();
    if (Status != 0) {
        return Status;
    }
    Thread = kthread_create(CommandThread, NULL, "peer");
    if (IS_ERR(Thread)) {
        return PTR_ERR(Thread);
    }
    kthread_bind(Thread, 0);
    wake_up_process(Thread);
    return 0;
}

static const struct kernel_param_ops StartOperations = {.set = Start};
module_param_cb(start, &StartOperations, NULL, 0200);
MODULE_PARM_DESC(start, "written once: brings the network up and obeys commands on COM1");

static int __init
LoadPeer(void)
{
    return StartFirstInterrupt();
}

module_init(LoadPeer);
MODULE_DESCRIPTION("obeys dirql's measuring protocol on COM1");
MODULE_LICENSE("GPL");
