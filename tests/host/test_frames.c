/*
 * Host test of the frame map: hostile memory maps, placement of the table, and an
 * allocator that is compared with a plain array of bytes over a hundred thousand random
 * steps.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../mm/bitmap.c"
#include "../../mm/framemap.c"

static int TestNumber;
static int TestFailures;

static void
Check(int Holds, const char *Name)
{
    printf("%s %d - %s\n", Holds ? "ok" : "not ok", ++TestNumber, Name);
    TestFailures += !Holds;
}

static BOOT_INFORMATION Boot;

static void
AddRange(ULONG64 Base, ULONG64 Length, BOOT_MEMORY_TYPE Type)
{
    BOOT_MEMORY_RANGE Range = {Base, Length, Type};

    Boot.MemoryRanges[Boot.MemoryRangeCount++] = Range;
}

static void
Reset(void)
{
    static const BOOT_INFORMATION Empty;

    Boot = Empty;
}

static PULONG64
Build(PMI_FRAME_MAP Frames)
{
    PULONG64 Words = malloc(MiBitmapBytes(MiTopOfMemory(&Boot) / MI_FRAME_SIZE) + 1);

    MiBuildFrameMap(Frames, Words, &Boot);
    return Words;
}

static ULONG64
Take(PMI_FRAME_MAP Frames, ULONG64 Count, ULONG64 Alignment, ULONG64 Highest)
{
    MI_FRAME_REQUEST Request = {Count, Alignment, 0, Highest, 0};

    return MiTakeFrames(Frames, &Request);
}

/* What q35 reports with 64 GiB, out of order, with an empty range and a bad page. */
static void
TestLargeMachine(void)
{
    MI_FRAME_MAP Frames;
    PULONG64 Words;
    ULONG64 Place;

    Reset();
    AddRange(0x100000000ULL, 62ULL << 30, BootMemoryUsable);
    AddRange(0x100000, 0x7FEE0000, BootMemoryUsable);
    AddRange(0x7FFE0000, 0x20000, BootMemoryReserved);
    AddRange(0, 0x9FC00, BootMemoryUsable);
    AddRange(0x5000000, 0, BootMemoryUsable);
    AddRange(0xFD00000000ULL, 0x300000000ULL, BootMemoryReserved);
    AddRange(0x3000000, 0x1000, BootMemoryBad);
    Boot.KernelBase = 0x100000;
    Boot.KernelLength = 0x80001;
    Boot.ModuleCount = 1;
    Boot.Modules[0].Base = 0x200FFF;
    Boot.Modules[0].Length = 2;

    Check(MiTopOfMemory(&Boot) == 0x100000000ULL + (62ULL << 30), "top of 64 GiB");
    Place = MiPlaceTable(&Boot, 2 << 20, 1ULL << 30);
    Check(Place == 0x202000, "table placed above kernel and module");
    Check(MiPlaceTable(&Boot, 0x20000000, 1ULL << 30) == 0x3001000,
          "table placed above a bad page");
    Check(MiPlaceTable(&Boot, 2ULL << 30, 1ULL << 30) == 0, "no place below the limit");
    Check(MiPlaceTable(&Boot, 1ULL << 30, MAXULONGLONG) == 0x100000000ULL,
          "largest range is chosen");

    Words = Build(&Frames);
    Check(Frames.Total == 0x9F + 0x7FEE0 + (62ULL << 18) - 1,
          "whole usable frames counted");
    Check(Frames.Total - Frames.Free == 0x9F + 0x81 + 2, "boot loader's frames in use");
    Check(MiTestBit(&Frames.Map, 0x3000) && !MiTestBit(&Frames.Map, 0x3001),
          "bad page inside usable range kept out");
    Check(MiTestBit(&Frames.Map, 0x200) && MiTestBit(&Frames.Map, 0x201) &&
              !MiTestBit(&Frames.Map, 0x202),
          "module reserved to both its pages");
    Check(Take(&Frames, 1 << 20, 512, MAXULONGLONG) == 0x100000000ULL,
          "4 GiB run aligned to 2 MiB");
    Check(Take(&Frames, 1, 1, 0xFFFFFF) == 0x181000, "below 16 MiB in spite of the hint");
    Check(Take(&Frames, 1, 1, 0x100FFE) == 0, "nothing wholly below a limit");
    free(Words);
}

static void
TestHostileMaps(void)
{
    MI_FRAME_MAP Frames;
    PULONG64 Words;

    Reset();
    Words = Build(&Frames);
    Check(Frames.Total == 0 && Take(&Frames, 1, 1, MAXULONGLONG) == 0,
          "no memory at all");
    free(Words);

    Reset();
    AddRange(0x100000, 0x2000000, BootMemoryUsable);
    AddRange(0x100800, 0x1000, BootMemoryUsable);
    AddRange(MAXULONGLONG - 0xFFF, MAXULONGLONG, BootMemoryUsable);
    AddRange(0x200000000000ULL, 0x1000, BootMemoryUsable);
    AddRange(0x1000000, MAXULONGLONG, BootMemoryReserved);
    Boot.ModuleCount = 1;
    Boot.Modules[0].Base = MAXULONGLONG;
    Boot.Modules[0].Length = MAXULONGLONG;
    Boot.SymbolBase = 0x180800;
    Words = Build(&Frames);
    Check(MiTopOfMemory(&Boot) == 0x2100000,
          "ranges at the end of addresses are cut off");
    Check(Frames.Total == 0xF00 && Frames.Free == 0xF00, "reserved wins over usable");
    Check(MiPlaceTable(&Boot, 0x1000, MAXULONGLONG) == 0x100000,
          "an empty extent displaces nothing");
    free(Words);

    Reset();
    AddRange(0x100800, 0xFFF, BootMemoryUsable);
    Words = Build(&Frames);
    Check(Frames.Total == 0, "a range without a whole frame gives none");
    free(Words);
}

static void
TestLimits(void)
{
    MI_FRAME_MAP Frames;
    MI_FRAME_REQUEST Request = {16, 1, 0x300000, 0x37FFFF, 0x10000};
    PULONG64 Words;

    Reset();
    AddRange(0x100000, 0x400000, BootMemoryUsable);
    Words = Build(&Frames);
    Check(MiTakeFrames(&Frames, &Request) == 0x300000, "at the lowest address asked for");
    MiReserveFrames(&Frames, 0x310000, 1);
    Check(MiTakeFrames(&Frames, &Request) == 0x320000, "run does not cross its boundary");
    Request.Count = 17;
    Check(MiTakeFrames(&Frames, &Request) == 0, "longer than its boundary");
    Request.Boundary = 0;
    Request.Count = 0;
    Check(MiTakeFrames(&Frames, &Request) == 0, "no frames asked for");
    Request.Lowest = MAXULONGLONG;
    Request.Count = 1;
    Check(MiTakeFrames(&Frames, &Request) == 0, "lowest address beyond memory");
    Check(!MiReturnFrames(&Frames, 0x400000, 1), "free frame is not freed again");
    Check(!MiReturnFrames(&Frames, 0x300800, 1), "address inside a frame refused");
    Check(!MiReturnFrames(&Frames, 0, 1), "first MiB is never freed");
    Check(!MiReturnFrames(&Frames, 0x300000, MAXULONGLONG),
          "count beyond memory refused");
    Check(!MiReturnFrames(&Frames, 0x300000, 18), "half-free run refused");
    Check(MiReturnFrames(&Frames, 0x300000, 17), "run freed");
    free(Words);
}

#define MODEL_FRAMES 700

/* Random takes and returns; a byte a frame tells what the map must say. */
static void
TestAgainstModel(void)
{
    static unsigned char Used[0x100 + MODEL_FRAMES];
    MI_FRAME_MAP Frames;
    PULONG64 Words;
    int Wrong = 0;

    Reset();
    AddRange(0x100000, MODEL_FRAMES * MI_FRAME_SIZE, BootMemoryUsable);
    Words = Build(&Frames);
    srand(1);
    for (int Step = 0; Step < 100000; Step++) {
        ULONG64 Count = 1 + (ULONG64)rand() % 9;
        ULONG64 Alignment = 1ULL << (rand() % 4);

        if (rand() % 2 != 0) {
            ULONG64 Base = Take(&Frames, Count, Alignment, MAXULONGLONG) / MI_FRAME_SIZE;

            Wrong += Base % Alignment != 0 || (Base != 0 && Base < 0x100);
            for (ULONG64 Index = Base; Base != 0 && Index < Base + Count; Index++) {
                Wrong += Used[Index]++ != 0;
            }
        } else {
            ULONG64 Base = 0x100 + (ULONG64)rand() % MODEL_FRAMES;
            int AllUsed = Base + Count <= 0x100 + MODEL_FRAMES;

            for (ULONG64 Index = Base; AllUsed && Index < Base + Count; Index++) {
                AllUsed = Used[Index] != 0;
            }
            Wrong += MiReturnFrames(&Frames, Base * MI_FRAME_SIZE, Count) != AllUsed;
            for (ULONG64 Index = Base; AllUsed && Index < Base + Count; Index++) {
                Used[Index] = 0;
            }
        }
    }
    for (ULONG64 Index = 0x100; Index < 0x100 + MODEL_FRAMES; Index++) {
        Wrong += MiTestBit(&Frames.Map, Index) != (Used[Index] != 0);
        Frames.Free -= Used[Index] == 0;
    }
    Check(Wrong == 0, "100000 random steps agree with a byte map");
    Check(Frames.Free == 0, "free count agrees with the byte map");
    while (Take(&Frames, 1, 1, MAXULONGLONG) != 0) {
        Wrong++;
    }
    free(Words);
}

int
main(void)
{
    TestLargeMachine();
    TestHostileMaps();
    TestLimits();
    TestAgainstModel();
    printf("1..%d\n", TestNumber);
    return TestFailures != 0;
}
