/*
 * Bounded access to the bytes of an image. Offsets are 64 bits wide so that sums of two
 * 32-bit members of the file cannot wrap before they are tested here.
 */
#include "ldrp.h"
#include <internal/rtl.h>

BOOLEAN
LdrpRead(const LDRP_VIEW *View, ULONG64 Offset, PVOID Out, SIZE_T Size)
{
    if (Offset > View->Length || Size > View->Length - Offset) {
        return FALSE;
    }
    memcpy(Out, View->Bytes + Offset, Size);
    return TRUE;
}

const CHAR *
LdrpString(const LDRP_VIEW *View, ULONG64 Offset)
{
    for (ULONG64 Index = Offset; Index < View->Length; Index++) {
        if (View->Bytes[Index] == '\0') {
            return (const CHAR *)View->Bytes + Offset;
        }
    }
    return NULL;
}

BOOLEAN
LdrpWriteQuad(const LDRP_IMAGE *Image, ULONG64 Offset, ULONG64 Value)
{
    const LDRP_VIEW *Memory = &Image->Memory;

    if (Offset > Memory->Length || sizeof(Value) > Memory->Length - Offset) {
        return FALSE;
    }
    memcpy((UCHAR *)Memory->Bytes + Offset, &Value, sizeof(Value));
    return TRUE;
}
