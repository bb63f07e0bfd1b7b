/*
 * memory.c - frames, pool, and the tags that have most of it.
 */
#include "monitor.h"

#define TAGS_SHOWN 16

/* The row after Last (NULL: the first), by bytes and then by tag; NULL: there is none. */
static PDIRQL_POOL_TAG_INFORMATION
NextTag(PDIRQL_QUERY_HEADER Tags, const DIRQL_POOL_TAG_INFORMATION *Last)
{
    PDIRQL_POOL_TAG_INFORMATION Best = NULL, Entry;

    for (ULONG Index = 0; (Entry = SnapshotEntry(Tags, Index)) != NULL; Index++) {
        BOOLEAN After = Last == NULL || Entry->Bytes < Last->Bytes ||
                        (Entry->Bytes == Last->Bytes && Entry->Tag > Last->Tag);

        if (After && (Best == NULL || Entry->Bytes > Best->Bytes ||
                      (Entry->Bytes == Best->Bytes && Entry->Tag < Best->Tag))) {
            Best = Entry;
        }
    }
    return Best;
}

static CHAR
TagLetter(ULONG Tag, ULONG Number)
{
    CHAR Letter = (CHAR)(Tag >> 8 * Number);

    return (Letter >= ' ' && Letter <= '~') ? Letter : '.';
}

static VOID
PrintTags(PDIRQL_QUERY_HEADER Tags)
{
    PDIRQL_POOL_TAG_INFORMATION Entry = NextTag(Tags, NULL);

    Print("\n%-4s  %10s  %12s  %12s  %12s\n", "tag", "blocks", "bytes", "allocations",
          "frees");
    for (ULONG Row = 0; Row < TAGS_SHOWN && Entry != NULL && Entry->Blocks != 0; Row++) {
        Print("%c%c%c%c  %10I64u  %12I64u  %12I64u  %12I64u\n", TagLetter(Entry->Tag, 0),
              TagLetter(Entry->Tag, 1), TagLetter(Entry->Tag, 2),
              TagLetter(Entry->Tag, 3), Entry->Blocks, Entry->Bytes, Entry->Allocations,
              Entry->Frees);
        Entry = NextTag(Tags, Entry);
    }
}

VOID
CommandMemory(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Snapshot = SnapshotTake(DirqlMemory);
    PDIRQL_MEMORY_INFORMATION Memory;

    UNREFERENCED_PARAMETER(Line);
    if (Snapshot == NULL) {
        return;
    }
    Memory = SnapshotEntry(Snapshot, 0);
    Print("memory: %I64u KiB of %I64u KiB in use\n",
          Memory->FramesInUse * (Memory->FrameSize / 1024),
          Memory->TotalFrames * (Memory->FrameSize / 1024));
    Print("pool: %I64u bytes in %I64u blocks; %I64u allocations, %I64u frees\n",
          Memory->PoolBytes, Memory->PoolBlocks, Memory->PoolAllocations,
          Memory->PoolFrees);
    Print("interrupt sources: %u\n", Memory->InterruptSources);
    SnapshotFree(Snapshot);
    Snapshot = SnapshotTake(DirqlPoolTags);
    if (Snapshot != NULL) {
        PrintTags(Snapshot);
        SnapshotFree(Snapshot);
    }
}
