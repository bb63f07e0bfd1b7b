/* Written as for the WDK: annotations before the function, that name its parameters. */
#include <ntddk.h>

typedef struct _QUEUE {
    _Has_lock_level_(1) KSPIN_LOCK Lock;
    _Guarded_by_(Lock) LIST_ENTRY Entries;
} QUEUE, *PQUEUE;

_Function_class_(KDEFERRED_ROUTINE)
    _IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ VOID NTAPI
    Drain(_In_ PKDPC Dpc, _In_opt_ PVOID Context, _In_opt_ PVOID Argument1,
          _In_opt_ PVOID Argument2);

_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_saves_global_(SpinLock, Queue)
    _Acquires_lock_(Queue->Lock)
        _When_(Queue != NULL, _At_(Queue->Entries, _Out_)) static KIRQL
    LockQueue(_Inout_ PQUEUE Queue)
{
    return KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
}

_Use_decl_annotations_ VOID NTAPI
Drain(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PQUEUE Queue = Context;
    KIRQL Irql = LockQueue(Queue);

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    while (!IsListEmpty(&Queue->Entries)) {
        RemoveHeadList(&Queue->Entries);
    }
    KeReleaseSpinLock(&Queue->Lock, Irql);
}
