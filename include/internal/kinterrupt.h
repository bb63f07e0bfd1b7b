/*
 * KINTERRUPT: one ISR registered for one vector of one processor (KINT-1 to KINT-18).
 *
 * The layout is that of the NT version the kernel is built for (NTDDI-style number in
 * DIRQL_NT: 0x502 ... 0x603, 0xA00, 0xA04 for 2004). Up to 6.3 the object contains code:
 * a copy of the dispatch template, which the IDT gate of its vector points at.
 */
#pragma once

#include <wdm.h>
#include <internal/trap.h>

#ifndef DIRQL_NT
#error "DIRQL_NT (the NT version of the build) must be defined by the Makefile"
#endif

#define INTERRUPT_OBJECT_TYPE 22 /* KOBJECTS InterruptObject, KINT-1 */

#if DIRQL_NT <= 0x603
#define KI_DISPATCH_CODE_IN_OBJECT 1
#define DISPATCH_LENGTH            4 /* ULONGs of DispatchCode on x64 */
#else
#define KI_DISPATCH_CODE_IN_OBJECT 0
#endif

typedef struct _INTERRUPT_CONNECTION_DATA INTERRUPT_CONNECTION_DATA;

#if DIRQL_NT >= 0xA04
typedef struct _ISRDPCSTATS_SEQUENCE {
    ULONG SequenceNumber;
    ULONG64 IsrTime;
    ULONG64 IsrCount;
    ULONG64 DpcTime;
    ULONG64 DpcCount;
} ISRDPCSTATS_SEQUENCE;
#endif

#if DIRQL_NT >= 0x603
/* Times are in ticks of the TSC, spent inside the ISR; DpcCount counts DPCs it queued. */
typedef struct _ISRDPCSTATS {
    ULONG64 IsrTime;
    ULONG64 IsrTimeStart;
    ULONG64 IsrCount;
    ULONG64 DpcTime;
    ULONG64 DpcTimeStart;
    ULONG64 DpcCount;
    UCHAR IsrActive;
#if DIRQL_NT >= 0xA04
    UCHAR Reserved[7];
    ISRDPCSTATS_SEQUENCE DpcWatchdog;
#else
    UCHAR Reserved[15];
#endif
} ISRDPCSTATS, *PISRDPCSTATS;
#endif

typedef struct _KINTERRUPT {
    SHORT Type;
    SHORT Size;
    LIST_ENTRY
    InterruptListEntry; /* chain of a shared vector; the head is an entry too */
    PKSERVICE_ROUTINE ServiceRoutine;
#if DIRQL_NT >= 0x600
    PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine;
    ULONG MessageIndex;
#endif
    PVOID ServiceContext;
    KSPIN_LOCK SpinLock;
    ULONG TickCount;
    PKSPIN_LOCK ActualLock; /* &SpinLock, or the caller's (KINT-12) */
    VOID (*DispatchAddress)(VOID);
    ULONG Vector;
    KIRQL Irql;
    KIRQL SynchronizeIrql;
    BOOLEAN FloatingSave;
    BOOLEAN Connected;
#if DIRQL_NT >= 0x601
    ULONG Number; /* the processor; KeInterruptProcessor reads it */
#else
    CHAR Number;
#endif
    BOOLEAN ShareVector;
#if DIRQL_NT == 0x601
    CHAR Pad[3];
#endif
#if DIRQL_NT >= 0x603
    BOOLEAN EmulateActiveBoth;
#endif
#if DIRQL_NT >= 0x602
    USHORT ActiveCount;
    LONG InternalState;
#endif
    KINTERRUPT_MODE Mode;
#if DIRQL_NT >= 0x600
    KINTERRUPT_POLARITY Polarity;
#endif
    ULONG ServiceCount;  /* dispatches the ISR claimed by returning TRUE */
    ULONG DispatchCount; /* times the ISR was called */
#if DIRQL_NT >= 0x600 && DIRQL_NT <= 0x601
    ULONG64 Rsvd1;
#endif
#if DIRQL_NT >= 0x602
    PKEVENT PassiveEvent;
#endif
    PKTRAP_FRAME TrapFrame; /* of the dispatch in progress */
#if DIRQL_NT <= 0x601
    PVOID Reserved;
#endif
#if KI_DISPATCH_CODE_IN_OBJECT
    ULONG DispatchCode[DISPATCH_LENGTH];
#endif
#if DIRQL_NT >= 0x602
    PVOID DisconnectData;
    struct _KTHREAD *volatile ServiceThread;
#endif
#if DIRQL_NT == 0x603
    ISRDPCSTATS IsrDpcStats;
    INTERRUPT_CONNECTION_DATA *ConnectionData;
    UCHAR Padding[8];
#elif DIRQL_NT >= 0xA00
    INTERRUPT_CONNECTION_DATA *ConnectionData;
    PVOID IntTrackEntry;
    ISRDPCSTATS IsrDpcStats;
    PVOID RedirectObject;
#if DIRQL_NT >= 0xA04
    PVOID PhysicalDeviceObject;
#else
    UCHAR Padding[8];
#endif
#endif
} KINTERRUPT;

/*
 * What the kernel keeps beside an object, where no NT version's layout has room for it.
 * It belongs to the connection and lives as long as the object; an object without one
 * (made by KeInitializeInterrupt alone) is a plain DIRQL line interrupt.
 */
typedef struct _KE_INTERRUPT_EXTENSION {
    PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine; /* NULL: a line ISR */
    ULONG MessageIndex;
    BOOLEAN Inactive; /* soft-disconnected (CON-30); changed on the object's processor */

    /* Passive-level ISRs (CON-26). */
    BOOLEAN Passive;
    volatile BOOLEAN Stopping;
    volatile LONG Requested; /* the ISR is wanted */
    PKEVENT Lock; /* signalled while nobody is in the ISR or synchronized with it; one for
                     all objects of a connection, as a spin lock would be */
    KEVENT OwnLock;
    KEVENT Wake;
    KDPC Dpc; /* carries the interrupt down to where an event can be set */
} KE_INTERRUPT_EXTENSION, *PKE_INTERRUPT_EXTENSION;

/* Where each layout keeps the pointer to it. */
#if DIRQL_NT >= 0x602
#define KE_EXTENSION_POINTER DisconnectData
#else
#define KE_EXTENSION_POINTER Reserved
#endif

FORCEINLINE PKE_INTERRUPT_EXTENSION
KeInterruptExtension(const KINTERRUPT *Interrupt)
{
    return (PKE_INTERRUPT_EXTENSION)Interrupt->KE_EXTENSION_POINTER;
}

FORCEINLINE ULONG
KeInterruptProcessor(const KINTERRUPT *Interrupt)
{
    return (UCHAR)Interrupt->Number;
}
