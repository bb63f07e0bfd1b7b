/*
 * A QEMU plugin that counts the instructions a guest executes between two marks, by block
 * of code and by processor; a halted processor executes none.
 *
 *     -plugin counter.so,output=FILE[,path=on]
 *
 * The marks are no-ops of the guest's with a displacement that nobody else writes: they
 * are found wherever the guest has loaded them, so no address has to be known. At the
 * second mark FILE grows by:
 *
 *     armed
 *     tb ADDRESS INSTRUCTIONS COUNT0 COUNT1...    executions on each processor
 *     path SMALLEST MEDIAN COUNT                  with path=on
 *     pb ADDRESS INSTRUCTIONS COUNT               the same as tb, of what is in paths
 *     end
 *
 * path=on also looks at each access to the e1000's registers: a path is what one processor
 * executes from a read of ICR, the ISR's first act, to its next write of TDT, which sends.
 * One in which another read of ICR comes begins again there; pb has the blocks of that
 * beginning too. Paths begin and end within blocks: pb leaves out the first and has the last
 * as a whole.
 *
 * A block left half way by an exception counts as a whole; interrupts come between blocks.
 */
#include "qemuplugin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROCESSORS 8
#define PATHS      65536

#define MARK_LENGTH 7
#define E1000_ICR   0x00C0
#define E1000_TDT   0x3818
#define E1000_SPACE 0x20000

/* A block of code as it was translated; those of code that is gone stay. */
typedef struct Block {
    struct Block *next;
    uint64_t address;
    uint64_t instructions;
    uint64_t count[PROCESSORS];
    uint64_t path[PROCESSORS]; /* of those executions, the ones inside a path */
} Block;

/* An instruction that touches memory. */
typedef struct Access {
    Block *block;
    uint64_t before; /* instructions of the block in front of it */
} Access;

PLUGIN_EXPORT int qemu_plugin_version = 1;

static const unsigned char ArmMark[MARK_LENGTH] = {0x0F, 0x1F, 0x80, 0x41,
                                                   0x72, 0x65, 0x50};
static const unsigned char DisarmMark[MARK_LENGTH] = {0x0F, 0x1F, 0x80, 0x44,
                                                      0x72, 0x65, 0x50};

static pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER; /* guards Blocks and paths */
static Block *Blocks;
static volatile bool Armed;
static bool WatchesPath;
static const char *Output;

static uint64_t Executed[PROCESSORS]; /* each its own processor's */
static uint64_t PathStart[PROCESSORS];
static uint32_t Paths[PATHS];
static size_t PathCount;

static void
Arm(unsigned int vcpu, void *userdata)
{
    (void)vcpu;
    (void)userdata;
    pthread_mutex_lock(&Lock);
    for (Block *block = Blocks; block != NULL; block = block->next) {
        memset(block->count, 0, sizeof(block->count));
        memset(block->path, 0, sizeof(block->path));
    }
    memset(PathStart, 0, sizeof(PathStart));
    PathCount = 0;
    Armed = true;
    pthread_mutex_unlock(&Lock);
}

static int
CompareLengths(const void *first, const void *second)
{
    uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;

    return a < b ? -1 : a > b;
}

static void
WriteBlock(FILE *file, const Block *block)
{
    uint64_t sum = 0;

    for (int cpu = 0; cpu < PROCESSORS; cpu++) {
        sum += block->count[cpu];
    }
    if (sum == 0) {
        return;
    }
    fprintf(file, "tb %llx %llu", (unsigned long long)block->address,
            (unsigned long long)block->instructions);
    for (int cpu = 0; cpu < PROCESSORS; cpu++) {
        fprintf(file, " %llu", (unsigned long long)block->count[cpu]);
    }
    fputc('\n', file);
}

static void
WritePathBlock(FILE *file, const Block *block)
{
    uint64_t sum = 0;

    for (int cpu = 0; cpu < PROCESSORS; cpu++) {
        sum += block->path[cpu];
    }
    if (sum != 0) {
        fprintf(file, "pb %llx %llu %llu\n", (unsigned long long)block->address,
                (unsigned long long)block->instructions, (unsigned long long)sum);
    }
}

/* Lock is held. */
static void
Write(void)
{
    FILE *file = fopen(Output, "a");

    if (file == NULL) {
        perror(Output);
        return;
    }
    fputs("armed\n", file);
    for (const Block *block = Blocks; block != NULL; block = block->next) {
        WriteBlock(file, block);
        WritePathBlock(file, block);
    }
    if (PathCount != 0) {
        qsort(Paths, PathCount, sizeof(Paths[0]), CompareLengths);
        fprintf(file, "path %u %u %zu\n", Paths[0], Paths[PathCount / 2], PathCount);
    }
    fputs("end\n", file);
    fclose(file);
}

static void
Disarm(unsigned int vcpu, void *userdata)
{
    (void)vcpu;
    (void)userdata;
    pthread_mutex_lock(&Lock);
    if (Armed) {
        Armed = false;
        Write();
    }
    pthread_mutex_unlock(&Lock);
}

static void
CountBlock(unsigned int vcpu, void *userdata)
{
    Block *block = userdata;

    if (Armed && vcpu < PROCESSORS) {
        block->count[vcpu]++;
        block->path[vcpu] += PathStart[vcpu] != 0;
        Executed[vcpu] += block->instructions;
    }
}

static void
EndPath(unsigned int vcpu, uint64_t now)
{
    pthread_mutex_lock(&Lock);
    if (PathStart[vcpu] != 0 && PathCount < PATHS) {
        Paths[PathCount++] = (uint32_t)(now - PathStart[vcpu]);
    }
    PathStart[vcpu] = 0;
    pthread_mutex_unlock(&Lock);
}

static void
WatchAccess(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *userdata)
{
    const Access *access = userdata;
    struct qemu_plugin_hwaddr *address;
    uint64_t now, place;

    if (!Armed || vcpu >= PROCESSORS) {
        return;
    }
    address = qemu_plugin_get_hwaddr(info, vaddr);
    if (address == NULL || !qemu_plugin_hwaddr_is_io(address) ||
        strcmp(qemu_plugin_hwaddr_device_name(address), "e1000-mmio") != 0) {
        return;
    }
    place = qemu_plugin_hwaddr_phys_addr(address) % E1000_SPACE;
    now = Executed[vcpu] - access->block->instructions + access->before + 1;
    if (!qemu_plugin_mem_is_store(info) && place == E1000_ICR) {
        PathStart[vcpu] = now;
    } else if (qemu_plugin_mem_is_store(info) && place == E1000_TDT) {
        EndPath(vcpu, now);
    }
}

static bool
IsMark(const struct qemu_plugin_insn *insn, const unsigned char *mark)
{
    return qemu_plugin_insn_size(insn) == MARK_LENGTH &&
           memcmp(qemu_plugin_insn_data(insn), mark, MARK_LENGTH) == 0;
}

static void
Watch(struct qemu_plugin_insn *insn, Block *block, size_t before)
{
    Access *access = malloc(sizeof(*access));

    if (access != NULL) {
        access->block = block;
        access->before = before;
        qemu_plugin_register_vcpu_mem_cb(insn, WatchAccess, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, access);
    }
}

/* A block is translated: what is to be called when it is executed. */
static void
Translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    Block *block = calloc(1, sizeof(*block));

    (void)id;
    if (block == NULL) {
        return;
    }
    block->address = qemu_plugin_tb_vaddr(tb);
    block->instructions = qemu_plugin_tb_n_insns(tb);
    pthread_mutex_lock(&Lock);
    block->next = Blocks;
    Blocks = block;
    pthread_mutex_unlock(&Lock);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, CountBlock, QEMU_PLUGIN_CB_NO_REGS, block);
    for (size_t index = 0; index < block->instructions; index++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, index);

        if (IsMark(insn, ArmMark)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, Arm, QEMU_PLUGIN_CB_NO_REGS,
                                                   NULL);
        } else if (IsMark(insn, DisarmMark)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, Disarm, QEMU_PLUGIN_CB_NO_REGS,
                                                   NULL);
        }
        if (WatchesPath) {
            Watch(insn, block, index);
        }
    }
}

PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int index = 0; index < argc; index++) {
        if (strncmp(argv[index], "output=", 7) == 0) {
            Output = strdup(argv[index] + 7);
        } else if (strcmp(argv[index], "path=on") == 0) {
            WatchesPath = true;
        } else {
            fprintf(stderr, "counter: what is %s?\n", argv[index]);
            return -1;
        }
    }
    if (Output == NULL) {
        fprintf(stderr, "counter: output=FILE is missing\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, Translated);
    return 0;
}
