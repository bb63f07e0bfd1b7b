/*
 * The four memory routines the compiler calls by itself.
 *
 * Copies use the string instructions: every processor that runs this kernel has fast
 * microcode for them, and they need no alignment cases; eight bytes at a time first, since
 * an emulated processor goes through them element by element. Moving upwards over an overlap
 * goes backwards in C instead, so that the direction flag is never set in kernel code.
 */
#include "rtlp.h"

typedef ULONG64 __attribute__((aligned(1), may_alias)) RTLP_UNALIGNED;

void *
memcpy(void *Destination, const void *Source, SIZE_T Length)
{
    SIZE_T Words = Length / sizeof(ULONG64);
    void *To = Destination;

    Length %= sizeof(ULONG64);
    __asm__ volatile("rep movsq" : "+D"(To), "+S"(Source), "+c"(Words)::"memory");
    __asm__ volatile("rep movsb" : "+D"(To), "+S"(Source), "+c"(Length)::"memory");
    return Destination;
}

/* Copies from the end down, eight bytes at a time. */
static void
RtlpCopyBackwards(UCHAR *To, const UCHAR *From, SIZE_T Length)
{
    while (Length >= sizeof(ULONG64)) {
        Length -= sizeof(ULONG64);
        *(RTLP_UNALIGNED *)(To + Length) = *(const RTLP_UNALIGNED *)(From + Length);
        RTLP_KEEP_LOOP();
    }
    while (Length > 0) {
        Length -= 1;
        To[Length] = From[Length];
        RTLP_KEEP_LOOP();
    }
}

void *
memmove(void *Destination, const void *Source, SIZE_T Length)
{
    ULONG_PTR Distance = (ULONG_PTR)Destination - (ULONG_PTR)Source;

    /* One unsigned test: Destination lies inside [Source, Source + Length). */
    if (Distance != 0 && Distance < Length) {
        RtlpCopyBackwards(Destination, Source, Length);
        return Destination;
    }
    return memcpy(Destination, Source, Length);
}

void *
memset(void *Destination, int Value, SIZE_T Length)
{
    ULONG64 Pattern = (UCHAR)Value * 0x0101010101010101ULL;
    SIZE_T Words = Length / sizeof(Pattern);
    void *To = Destination;

    Length %= sizeof(Pattern);
    __asm__ volatile("rep stosq" : "+D"(To), "+c"(Words) : "a"(Pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(To), "+c"(Length) : "a"(Pattern) : "memory");
    return Destination;
}

int
memcmp(const void *First, const void *Second, SIZE_T Length)
{
    const UCHAR *Left = First;
    const UCHAR *Right = Second;

    for (SIZE_T Index = 0; Index < Length; Index++) {
        if (Left[Index] != Right[Index]) {
            return Left[Index] - Right[Index];
        }
    }
    return 0;
}
