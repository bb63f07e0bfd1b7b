/*
 * KINTERRUPT as 32-bit NT lays it out, in every version from 3.10 to 2004
 * (nt-contract.md, B.6). The kernel is 64-bit and never sees it; the layouts are kept
 * here, held to the facts in tests/data, for whoever reads a 32-bit dump.
 *
 * DIRQL_NT is the version as for the kernel: 0x603 is 6.3, 0x310 stands for 3.10 to 3.51,
 * 0xA03 for 1903, 0xA04 for 2004. The header includes nothing, so that it compiles with
 * -m32 where no 32-bit C library is installed.
 */
#pragma once

#if !defined(__i386__) || !defined(DIRQL_NT)
#error "compile with -m32 -DDIRQL_NT=<version>"
#endif

#define VOID  void
#define NTAPI __attribute__((stdcall))

typedef void *PVOID;
typedef char CHAR;
typedef unsigned char UCHAR;
typedef UCHAR BOOLEAN;
typedef UCHAR KIRQL;
typedef short SHORT;
typedef unsigned short USHORT;
typedef int LONG;
typedef unsigned int ULONG;
typedef ULONG KSPIN_LOCK;
typedef KSPIN_LOCK *PKSPIN_LOCK;

/* Windows aligns 64-bit integers to 8 inside structures on x86 too. The System V ABI that
   gcc follows there aligns them to 4, which would move IsrDpcStats of 6.3 from 0x60 to
   0x5C. */
typedef unsigned long long ULONG64 __attribute__((aligned(8)));

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY;

typedef enum _KINTERRUPT_MODE { LevelSensitive, Latched } KINTERRUPT_MODE;

typedef enum _KINTERRUPT_POLARITY {
    InterruptPolarityUnknown,
    InterruptActiveHigh,
    InterruptActiveLow
} KINTERRUPT_POLARITY;

typedef struct _KINTERRUPT *PKINTERRUPT;
typedef BOOLEAN(NTAPI *PKSERVICE_ROUTINE)(PKINTERRUPT Interrupt, PVOID ServiceContext);
typedef BOOLEAN(NTAPI *PKMESSAGE_SERVICE_ROUTINE)(PKINTERRUPT Interrupt,
                                                  PVOID ServiceContext, ULONG MessageId);

/* ULONGs of DispatchCode (B.3). From 6.3 on there is no code in the object. */
#if DIRQL_NT < 0x600
#define DISPATCH_LENGTH 106
#elif DIRQL_NT < 0x602
#define DISPATCH_LENGTH 135
#elif DIRQL_NT == 0x602
#define DISPATCH_LENGTH 145
#endif

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
} ISRDPCSTATS;
#endif

typedef struct _KINTERRUPT {
    SHORT Type;
    SHORT Size;
    LIST_ENTRY InterruptListEntry;
    PKSERVICE_ROUTINE ServiceRoutine;
#if DIRQL_NT >= 0x600
    PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine;
    ULONG MessageIndex;
#endif
    PVOID ServiceContext;
    KSPIN_LOCK SpinLock;
#if DIRQL_NT >= 0x501
    ULONG TickCount;
#elif DIRQL_NT >= 0x400
    ULONG Spare1;
#endif
    PKSPIN_LOCK ActualLock;
    VOID (*DispatchAddress)(VOID);
    ULONG Vector;
    KIRQL Irql;
    KIRQL SynchronizeIrql;
    BOOLEAN FloatingSave;
    BOOLEAN Connected;
#if DIRQL_NT >= 0x601
    ULONG Number;
#else
    CHAR Number;
#endif
#if DIRQL_NT >= 0x400
    BOOLEAN ShareVector;
#endif
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
    KINTERRUPT_MODE Mode; /* known as a plain INT before 5.1 */
#if DIRQL_NT < 0x400
    BOOLEAN ShareVector;
#endif
#if DIRQL_NT >= 0x600
    KINTERRUPT_POLARITY Polarity;
#endif
#if DIRQL_NT >= 0x500
    ULONG ServiceCount;
#elif DIRQL_NT >= 0x400
    ULONG Spare2;
#endif
#if DIRQL_NT >= 0x501
    ULONG DispatchCount;
#elif DIRQL_NT >= 0x500
    ULONG Spare3;
#elif DIRQL_NT >= 0x400
    ULONG _unnamed_0x38; /* a dword must be here; no source names it (DOUBT-7) */
#endif
#if DIRQL_NT == 0x600 || DIRQL_NT == 0x601
    ULONG64 Rsvd1;
#endif
#if DIRQL_NT >= 0x602
    PVOID PassiveEvent;
#endif
#ifdef DISPATCH_LENGTH
    ULONG DispatchCode[DISPATCH_LENGTH];
#endif
#if DIRQL_NT >= 0x602
    PVOID DisconnectData;
    PVOID volatile ServiceThread;
#endif
#if DIRQL_NT == 0x603
    ISRDPCSTATS IsrDpcStats;
    PVOID ConnectionData;
#elif DIRQL_NT >= 0xA00
    PVOID ConnectionData;
    PVOID IntTrackEntry;
    ISRDPCSTATS IsrDpcStats;
    PVOID RedirectObject;
#endif
#if DIRQL_NT >= 0xA04
    PVOID PhysicalDeviceObject;
#endif
} KINTERRUPT;

#if DIRQL_NT >= 0x603
/* With no code in the object, the processor block leads from a vector to its KINTERRUPT.
   Vectors below the first are exceptions and software interrupts and have none (KINT-10).
 */
#define KI_FIRST_OBJECT_VECTOR 0x30u
#define KI_LAST_OBJECT_VECTOR  0xFFu
#define KI_OBJECT_VECTORS      208

#define KI_HAS_INTERRUPT_OBJECT(Vector)                                                  \
    ((Vector) >= KI_FIRST_OBJECT_VECTOR && (Vector) <= KI_LAST_OBJECT_VECTOR)

/* The index into VectorToInterruptObject. Vector must have an interrupt object. */
#define KI_INTERRUPT_OBJECT_INDEX(Vector) ((Vector)-KI_FIRST_OBJECT_VECTOR)

/* The member of KPRCB; where the block has it differs from build to build. */
typedef struct _KPRCB_INTERRUPT_OBJECTS {
    PKINTERRUPT VectorToInterruptObject[KI_OBJECT_VECTORS];
} KPRCB_INTERRUPT_OBJECTS;
#endif
