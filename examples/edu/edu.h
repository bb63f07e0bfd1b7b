/*
 * edu.h - the context of one edu device, and what the driver's files ask of each other.
 *
 * One factorial is in work at a time, so there is little to guard: the ISR adds causes to
 * PendingCauses with interlocked operations, the DPC takes them and sets Done, and the
 * thread that waits for Done reads Result after it.
 */
#pragma once

#include <ntddk.h>
#include "hw.h"

typedef struct _EDU_CONTEXT {
    PUCHAR Registers;
    volatile LONG PendingCauses; /* interlocked: ISR sets bits, the DPC takes them */
    volatile LONG Interrupts;    /* those the ISR claimed; interlocked */
    PDEVICE_OBJECT FunctionDevice;

    /* Set in AddDevice, constant afterwards. */
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT LowerDevice;

    PKINTERRUPT Interrupt; /* changed by PnP requests only */
    KEVENT Done;           /* set by the DPC once Result is there */
    ULONG Result;
    ULONG DpcRuns; /* that found a cause */
} EDU_CONTEXT, *PEDU_CONTEXT;

static inline ULONG
EduRead(PEDU_CONTEXT Context, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Context->Registers + Register));
}

static inline VOID
EduWrite(PEDU_CONTEXT Context, ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + Register), Value);
}

/* device.c */
NTSTATUS EduStart(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated);
VOID EduStop(PEDU_CONTEXT Context);

/* isrdpc.c */
KSERVICE_ROUTINE EduIsr;
IO_DPC_ROUTINE EduDpcForIsr;
