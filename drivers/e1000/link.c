/*
 * link.c - the cable: pulled, put back, and told of once each time.
 *
 * The chip raises a cause whenever something about the link has changed. What it is now
 * is in the status register, and that may be what it was before; so the driver remembers
 * what it has told.
 */
#include "e1000.h"

/*
 * Looks at the link after a change. Lock is held, adapter started. Returns TRUE if it is
 * not as it was, which the caller tells by E1000TellLink after the lock's release.
 */
BOOLEAN
E1000LinkChanged(PE1000_CONTEXT Context)
{
    ULONG Status = E1000Read(Context, E1000_STATUS);
    BOOLEAN Up = (Status & E1000_STATUS_LU) != 0;
    BOOLEAN Changed = Status != E1000_GONE && Up != Context->LinkUp;

    if (Changed) {
        Context->LinkUp = Up;
        Context->Statistics.LinkChanges++;
    }
    return Changed;
}

/* Says how the link is. No lock held. <= DISPATCH_LEVEL. */
VOID
E1000TellLink(PE1000_CONTEXT Context)
{
    DbgPrint("%ws%s\n", E1000Chip.NamePrefix,
             Context->LinkUp ? ": link is up" : ": link is down");
}
