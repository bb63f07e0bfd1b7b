/*
 * The two 8259s, which every PC still has: moved away from the exception vectors and
 * masked. What can still come is a ghost of line 7 or 15, at the two vectors vector.h
 * keeps free of devices.
 */
#include "halp.h"
#include "ports.h"
#include "vector.h"

#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xA0
#define PIC2_DATA    0xA1

#define ICW1_CASCADED_WITH_ICW4 0x11
#define ICW3_SECOND_ON_LINE_2   0x04
#define ICW3_SECOND_IDENTITY    0x02
#define ICW4_8086               0x01
#define MASK_ALL                0xFF

static VOID
HalpStartPic(USHORT Command, USHORT Data, UCHAR VectorBase, UCHAR Cascade)
{
    HalpWritePort8(Command, ICW1_CASCADED_WITH_ICW4);
    HalpWritePort8(Data, VectorBase);
    HalpWritePort8(Data, Cascade);
    HalpWritePort8(Data, ICW4_8086);
    HalpWritePort8(Data, MASK_ALL);
}

VOID
HalpDisablePics(VOID)
{
    HalpStartPic(PIC1_COMMAND, PIC1_DATA, HALP_PIC_VECTOR_BASE, ICW3_SECOND_ON_LINE_2);
    HalpStartPic(PIC2_COMMAND, PIC2_DATA, HALP_PIC_VECTOR_BASE + 8, ICW3_SECOND_IDENTITY);
}
