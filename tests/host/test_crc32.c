/*
 * The checksum of the trace's frames, against the values everybody has for it.
 */
#include "check.h"

#include "../../rtl/crc32.c"

int
main(void)
{
    static const char Digits[] = "123456789";
    ULONG Whole = RtlComputeCrc32(0, Digits, 9);

    Check(RtlComputeCrc32(0, Digits, 0) == 0, "of nothing: 0");
    Check(Whole == 0xCBF43926, "of 123456789: the check value of CRC-32");
    Check(RtlComputeCrc32(RtlComputeCrc32(0, Digits, 4), Digits + 4, 5) == Whole,
          "in two pieces: the same");
    Check(RtlComputeCrc32(0, "\xFF\xFF\xFF\xFF", 4) == 0xFFFFFFFF, "of 32 ones");
    return CheckVerdict();
}
