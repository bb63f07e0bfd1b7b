/* What the kernel has in use, for tests that look for leaks (dirqltest.h). */
#include "iop.h"

#include <dirqltest.h>
#include <internal/mm.h>

VOID NTAPI
DirqlQueryUsage(PDIRQL_USAGE Usage)
{
    EX_POOL_USAGE Pool;
    ULONG Tag;

    memset(Usage, 0, sizeof(*Usage));
    ExQueryPoolUsage(&Pool);
    Usage->PoolBlocks = Pool.BlocksInUse;
    Usage->PoolBytes = Pool.BytesInUse;
    Usage->Frames = MmQueryFramesInUse();
    Usage->TotalFrames = MmQueryTotalFrames();
    Usage->Sources = HalCountSources();
    for (ULONG Index = 0; Index < DIRQL_USAGE_TAGS && ExQueryPoolTag(Index, &Tag, &Pool);
         Index++) {
        Usage->Tags[Index].Tag = Tag;
        Usage->Tags[Index].Blocks = Pool.BlocksInUse;
        Usage->TagCount = Index + 1;
    }
}
EXPORT(DirqlQueryUsage);
