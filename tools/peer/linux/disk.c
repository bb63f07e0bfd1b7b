/*
 * Reads of 4096 bytes at random places, a given number of them under way.
 *
 * One thread on processor 0, where the disk interrupts, submits; a read's end puts it on a
 * list and wakes the thread. Linux does not allow a read to be submitted where one ends (that
 * may be an interrupt, and submitting may sleep), so this is the shortest way round. What
 * became free together is submitted together, under a plug.
 *
 * Each block of the image carries its own number in its first eight bytes and the complement
 * in its last eight; both are poisoned before a read, so that a block that did not come is
 * seen.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "peer.h"

#define BLOCK_SIZE_BYTES  4096
#define SECTORS_PER_BLOCK (BLOCK_SIZE_BYTES / SECTOR_SIZE)
#define DEPTH_MAX         256
#define READS_MAX         100000000
#define POISON            0xdddddddddddddddd

struct Read {
    struct llist_node Link;
    struct bio Bio;
    struct bio_vec Vector;
    u64 *Data;
    u64 Block;
};

struct Run {
    struct block_device *Device;
    struct Read *Reads;
    unsigned int Depth;
    unsigned int Wanted;
    unsigned int Submitted;
    unsigned int Ended;
    unsigned int Failed;
    u64 Blocks;
    u32 Random;
    struct task_struct *Thread;
    struct llist_head Free; /* pushed by the ends of reads, emptied by the thread */
};

static struct Run *Current;

static void
EndRead(struct bio *Bio)
{
    llist_add(&((struct Read *)Bio->bi_private)->Link, &Current->Free);
    wake_up_process(Current->Thread);
}

static void
SubmitRead(struct Run *Run, struct Read *Read)
{
    Read->Block = (u64)Run->Random * Run->Blocks >> 32;
    Run->Random = Run->Random * 1664525 + 1013904223;
    Read->Data[0] = POISON;
    Read->Data[BLOCK_SIZE_BYTES / 8 - 1] = POISON;
    bio_init(&Read->Bio, Run->Device, &Read->Vector, 1, REQ_OP_READ);
    Read->Bio.bi_iter.bi_sector = Read->Block * SECTORS_PER_BLOCK;
    Read->Bio.bi_private = Read;
    Read->Bio.bi_end_io = EndRead;
    __bio_add_page(&Read->Bio, virt_to_page(Read->Data), BLOCK_SIZE_BYTES, 0);
    submit_bio(&Read->Bio);
    Run->Submitted++;
}

static void
CheckRead(struct Run *Run, struct Read *Read)
{
    Run->Ended++;
    if (Read->Bio.bi_status != BLK_STS_OK || Read->Data[0] != Read->Block ||
        Read->Data[BLOCK_SIZE_BYTES / 8 - 1] != ~Read->Block) {
        Run->Failed++;
    }
    bio_uninit(&Read->Bio);
}

/* What has become free since the last time, waited for. */
static struct llist_node *
TakeFree(struct Run *Run)
{
    struct llist_node *List;

    for (;;) {
        set_current_state(TASK_UNINTERRUPTIBLE);
        List = llist_del_all(&Run->Free);
        if (List != NULL) {
            __set_current_state(TASK_RUNNING);
            return List;
        }
        schedule();
    }
}

static void
ReadAll(struct Run *Run)
{
    struct blk_plug Plug;
    struct Read *Read;
    struct Read *Next;
    unsigned int Index;

    blk_start_plug(&Plug);
    for (Index = 0; Index < Run->Depth && Run->Submitted < Run->Wanted; Index++) {
        SubmitRead(Run, &Run->Reads[Index]);
    }
    blk_finish_plug(&Plug);
    while (Run->Ended < Run->Wanted) {
        struct llist_node *List = TakeFree(Run);

        blk_start_plug(&Plug);
        llist_for_each_entry_safe(Read, Next, List, Link)
        {
            CheckRead(Run, Read);
            if (Run->Submitted < Run->Wanted) {
                SubmitRead(Run, Read);
            }
        }
        blk_finish_plug(&Plug);
    }
}

static bool
AllocateReads(struct Run *Run)
{
    unsigned int Index;

    Run->Reads = kcalloc(Run->Depth, sizeof(*Run->Reads), GFP_KERNEL);
    for (Index = 0; Run->Reads != NULL && Index < Run->Depth; Index++) {
        Run->Reads[Index].Data = (u64 *)__get_free_page(GFP_KERNEL);
        if (Run->Reads[Index].Data == NULL) {
            return false;
        }
    }
    return Run->Reads != NULL;
}

static void
FreeReads(struct Run *Run)
{
    unsigned int Index;

    for (Index = 0; Run->Reads != NULL && Index < Run->Depth; Index++) {
        free_page((unsigned long)Run->Reads[Index].Data);
    }
    kfree(Run->Reads);
}

/* By the name that dirql gives it; the AHCI disk when none is named. */
static struct block_device *
OpenDisk(const char *Name)
{
    if (Name == NULL || strcmp(Name, "Harddisk0") == 0) {
        return blkdev_get_by_path("/dev/sda", FMODE_READ, NULL);
    }
    if (strcmp(Name, "NvmeDisk0") == 0) {
        return blkdev_get_by_path("/dev/nvme0n1", FMODE_READ, NULL);
    }
    return ERR_PTR(-ENODEV);
}

static void
ReadOpened(struct Run *Run, char *Answer)
{
    Run->Blocks = bdev_nr_sectors(Run->Device) / SECTORS_PER_BLOCK;
    Run->Random = 12345;
    Run->Thread = current;
    init_llist_head(&Run->Free);
    if (Run->Blocks == 0 || !AllocateReads(Run)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR no blocks or no memory");
    } else {
        Current = Run;
        WriteLine("BEGIN");
        ReadAll(Run);
        snprintf(Answer, ANSWER_SIZE, "RESULT blk n=%u errs=%u", Run->Ended, Run->Failed);
    }
    FreeReads(Run);
}

void
ReadBlocks(int Count, char **Words, char *Answer)
{
    struct Run Run = {NULL};

    if (Count < 3 || !ParseNumber(Words[1], 1, DEPTH_MAX, &Run.Depth) ||
        !ParseNumber(Words[2], 1, READS_MAX, &Run.Wanted)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR blk QD N [DISK]");
        return;
    }
    Run.Device = OpenDisk(Words[3]);
    if (IS_ERR(Run.Device)) {
        snprintf(Answer, ANSWER_SIZE, "ERROR no such disk");
        return;
    }
    ReadOpened(&Run, Answer);
    blkdev_put(Run.Device, FMODE_READ);
}
