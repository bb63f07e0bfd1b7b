/*
 * dmabounce.h: edu as a bus master of 28 address bits, and memory it does not reach.
 */
#pragma once

#include <device.h>

#define EDU_LIMIT  0x10000000LL /* what edu reaches ends here */
#define DMA_BUFFER 0x40000      /* edu's own memory, as its DMA engine calls it */

/* Whether edu moved Length bytes between its own memory and the address; less than a page. */
BOOLEAN Move(LONGLONG Address, ULONG Length, ULONG Place, BOOLEAN FromDevice);

/* An adapter of so many address bits for transfers of MaximumLength bytes. */
PDMA_ADAPTER MakeAdapter(ULONG Bits, ULONG MaximumLength, PULONG Registers);

/* Memory beyond the device's reach, with an MDL; and memory within it. */
typedef struct _BUFFER {
    PUCHAR Bytes;
    PMDL Mdl;
    LONGLONG Physical;
} BUFFER, *PBUFFER;
BOOLEAN MakeBuffer(PBUFFER Buffer, ULONG Offset, ULONG Length, BOOLEAN Near);
VOID FreeBuffer(PBUFFER Buffer, ULONG Offset);

/* A list that was asked for. */
typedef struct _LIST {
    PSCATTER_GATHER_LIST volatile Given;
    volatile LONG Order; /* when it came, from 1; 0: it has not */
    KIRQL Irql;
    KEVENT Came;
} LIST, *PLIST;
extern volatile LONG Order;
DRIVER_LIST_CONTROL Given; /* its context is a LIST */
NTSTATUS GetList(PDMA_ADAPTER Adapter, PBUFFER Buffer, ULONG Length, BOOLEAN Write,
                 PLIST List);
VOID PutList(PDMA_ADAPTER Adapter, PLIST List, BOOLEAN Write);

KTAP_SUITE TestLists, TestReach, TestWaits, TestMdl;
KTAP_SUITE TestChannels, TestChannelWaits, TestThreads;
