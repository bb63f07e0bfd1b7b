/*
 * The images that are loaded.
 *
 * Writers (load, unload) hold LdrpListLock. Readers take nothing: the bug check path
 * walks the list at HIGH_LEVEL, where the lock's holder may be a processor that is
 * stopped. That is safe because
 *   - an entry is filled before a release store makes it reachable;
 *   - readers follow Flink only, and each single store leaves a whole forward chain;
 *   - an entry taken off keeps its own Flink, so a reader that stands on it goes on.
 * The memory of an entry taken off may be freed at once, which leaves one reader to fear:
 * one on another processor, standing on that entry just then. Readers are therefore the
 * bug check path (the other processors are stopped before it looks), code at
 * PASSIVE_LEVEL that itself loads and unloads, or that runs while nobody does (the final
 * report), and whoever keeps writers out meanwhile (LdrLockImages).
 */
#include "ldrp.h"

static LIST_ENTRY LdrpImages = {&LdrpImages, &LdrpImages};
static KSPIN_LOCK LdrpListLock;

VOID
LdrpInsertImage(PKLDR_DATA_TABLE_ENTRY Image)
{
    PLIST_ENTRY Link = &Image->InLoadOrderLinks;
    PLIST_ENTRY Last;
    KIRQL OldIrql;

    KeAcquireSpinLock(&LdrpListLock, &OldIrql);
    Last = LdrpImages.Blink;
    Link->Flink = &LdrpImages;
    Link->Blink = Last;
    __atomic_store_n(&Last->Flink, Link, __ATOMIC_RELEASE);
    LdrpImages.Blink = Link;
    KeReleaseSpinLock(&LdrpListLock, OldIrql);
}

VOID
LdrpRemoveImage(PKLDR_DATA_TABLE_ENTRY Image)
{
    PLIST_ENTRY Link = &Image->InLoadOrderLinks;
    KIRQL OldIrql;

    KeAcquireSpinLock(&LdrpListLock, &OldIrql);
    __atomic_store_n(&Link->Blink->Flink, Link->Flink, __ATOMIC_RELEASE);
    Link->Flink->Blink = Link->Blink;
    KeReleaseSpinLock(&LdrpListLock, OldIrql);
}

KIRQL
LdrLockImages(VOID)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&LdrpListLock, &OldIrql);
    return OldIrql;
}

VOID
LdrUnlockImages(KIRQL OldIrql)
{
    KeReleaseSpinLock(&LdrpListLock, OldIrql);
}

/*
 * The image Address lies in, or NULL. Any IRQL, no lock; see the head of this file for
 * who may call.
 */
PKLDR_DATA_TABLE_ENTRY
LdrFindImage(ULONG_PTR Address)
{
    PLIST_ENTRY Link = __atomic_load_n(&LdrpImages.Flink, __ATOMIC_ACQUIRE);

    while (Link != &LdrpImages) {
        PKLDR_DATA_TABLE_ENTRY Image =
            CONTAINING_RECORD(Link, KLDR_DATA_TABLE_ENTRY, InLoadOrderLinks);

        if (Address - (ULONG_PTR)Image->DllBase < Image->SizeOfImage) {
            return Image;
        }
        Link = __atomic_load_n(&Link->Flink, __ATOMIC_ACQUIRE);
    }
    return NULL;
}
