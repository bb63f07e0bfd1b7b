/*
 * Fuzzes the loader: whatever the bytes, nothing is read outside the file, nothing
 * written outside the image, and every loop ends.
 *
 * Build: clang -fsanitize=fuzzer,address,undefined with the flags of the host tests.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "pestubs.h"

int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size);

/* Images above this are as good as smaller ones, and slow. */
#define FUZZ_LARGEST_IMAGE (1U << 20)

/* Unwinds from some places of the image and describes them. */
static void
VisitImage(const LDRP_IMAGE *Image)
{
    CHAR Text[128];

    for (ULONG Offset = 0; Offset < Image->SizeOfImage; Offset += 0x7D5) {
        LDR_UNWIND_CONTEXT Context = {0};

        Context.Rip = (ULONG_PTR)Image->Memory.Bytes + Offset;
        Context.Rsp = (ULONG_PTR)StubStack;
        for (ULONG Frame = 0; Frame < 16 && LdrUnwindFrame(&Context); Frame++) {
        }
        LdrDescribeAddress((ULONG_PTR)Image->Memory.Bytes + Offset, Text, sizeof(Text));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size)
{
    LDRP_IMAGE Image;
    PVOID Memory;

    StubConsoleLength = 0;
    if (LdrpParseImage("fuzz.sys", Data, Size, &Image) != NULL ||
        Image.SizeOfImage > FUZZ_LARGEST_IMAGE) {
        return 0;
    }
    Memory = malloc(Image.SizeOfImage);
    LdrpCopyImage(&Image, Memory);
    StubImageBase = Memory;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(StubStack); Index++) {
        StubStack[Index] = (ULONG_PTR)Memory + Index * 0x111;
    }
    if (LdrpRelocateImage(&Image) == NULL) {
        LdrpBindImports(&Image);
        LdrpSeedCookie(&Image, 0x1234);
        LdrpSealImage(&Image);
        StubPublish(&Image);
        VisitImage(&Image);
    }
    free(Memory);
    return 0;
}
