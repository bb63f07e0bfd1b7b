/*
 * kmdfstop.h: how a mistake announces its stop.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

typedef VOID MISTAKE(WDFDEVICE Device);

/* Announces the stop and the line before it. P2 to P4 as text, * for any. */
static inline VOID
Expect(PCSTR Line, ULONG Code, ULONG64 P2, PCSTR Rest)
{
    DbgPrint("# expect line ^wdf: kmdfstop-[a-z]+: %s\n", Line);
    DbgPrint("# expect stop 0x0000010D (0x%X, 0x%I64X, %s)\n", Code, P2, Rest);
}

static inline ULONG64
Number(PVOID Handle)
{
    return (ULONG64)(ULONG_PTR)Handle;
}

/* control.c */
MISTAKE FinishFunctionDevice;
/* dma.c */
MISTAKE EndTransferTwice, EndTransferLonger, ReleaseTransfer, TransferNothing;
