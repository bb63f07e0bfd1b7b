/*
 * Host test of the loader's pure parts. A small driver image is made here byte by byte,
 * then once for each rule of the parser with that rule broken.
 *
 * File and memory: headers; .text at 1000h (file 400h), .rdata 2000h (600h), .data 3000h
 * (A00h), .reloc 4000h (C00h); COFF symbols at E00h of the file.
 */
#include <stdlib.h>
#include "check.h"
#include "pestubs.h"

#define PREFERRED_BASE 0x140000000ULL
#define COOKIE         0x00002B992DDFA232ULL
#define FILE_LENGTH    0x1000
#define IMAGE_LENGTH   0x5000
#define RW             (IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE)
#define CODE           (IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_EXECUTE)

static _Alignas(16) UCHAR File[FILE_LENGTH];
static PIMAGE_NT_HEADERS64 Nt = (PVOID)(File + 0x80);
static PIMAGE_SECTION_HEADER Sections = (PVOID)(File + 0x80 + sizeof(IMAGE_NT_HEADERS64));
static LDRP_IMAGE Image;
static PUCHAR Memory;

static void
Put(ULONG Offset, const VOID *Bytes, SIZE_T Length)
{
    memcpy(File + Offset, Bytes, Length);
}

static void
PutQuad(ULONG Offset, ULONG64 Value)
{
    Put(Offset, &Value, sizeof(Value));
}

static void
MakeSection(ULONG Index, const CHAR *Name, ULONG Raw, ULONG Size, ULONG Flags)
{
    PIMAGE_SECTION_HEADER Section = &Sections[Index];

    memcpy(Section->Name, Name, strlen(Name));
    Section->Misc.VirtualSize = Size;
    Section->VirtualAddress = (Index + 1) * 0x1000;
    Section->SizeOfRawData = Size;
    Section->PointerToRawData = Raw;
    Section->Characteristics = Flags;
}

static void
SetDirectory(ULONG Index, ULONG Address, ULONG Size)
{
    Nt->OptionalHeader.DataDirectory[Index].VirtualAddress = Address;
    Nt->OptionalHeader.DataDirectory[Index].Size = Size;
}

static void
MakeHeaders(void)
{
    static const IMAGE_DOS_HEADER Dos = {.e_magic = IMAGE_DOS_SIGNATURE,
                                         .e_lfanew = 0x80};

    Put(0, &Dos, sizeof(Dos));
    Nt->Signature = IMAGE_NT_SIGNATURE;
    Nt->FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
    Nt->FileHeader.NumberOfSections = 4;
    Nt->FileHeader.PointerToSymbolTable = 0xE00;
    Nt->FileHeader.NumberOfSymbols = 4;
    Nt->FileHeader.SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64);
    Nt->FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE;
    Nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    Nt->OptionalHeader.AddressOfEntryPoint = 0x1000;
    Nt->OptionalHeader.ImageBase = PREFERRED_BASE;
    Nt->OptionalHeader.SectionAlignment = 0x1000;
    Nt->OptionalHeader.SizeOfImage = IMAGE_LENGTH;
    Nt->OptionalHeader.SizeOfHeaders = 0x400;
    Nt->OptionalHeader.Subsystem = IMAGE_SUBSYSTEM_NATIVE;
    Nt->OptionalHeader.NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    MakeSection(0, ".text", 0x400, 0x200, CODE);
    MakeSection(1, ".rdata", 0x600, 0x400, IMAGE_SCN_MEM_READ);
    MakeSection(2, ".data", 0xA00, 0x200, RW);
    MakeSection(3, ".reloc", 0xC00, 0x200, IMAGE_SCN_MEM_READ);
    SetDirectory(IMAGE_DIRECTORY_ENTRY_IMPORT, 0x2000, 40);
    SetDirectory(IMAGE_DIRECTORY_ENTRY_EXCEPTION, 0x2300, 12);
    SetDirectory(IMAGE_DIRECTORY_ENTRY_BASERELOC, 0x4000, 24);
    SetDirectory(IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, 0x2200, 0x70);
}

/* push rbx; sub rsp,20h; nops; at 1010h add rsp,20h; pop rbx; ret; and how to undo it. */
static void
MakeCode(void)
{
    static const UCHAR Prologue[] = {0x53, 0x48, 0x83, 0xEC, 0x20};
    static const UCHAR Epilogue[] = {0x48, 0x83, 0xC4, 0x20, 0x5B, 0xC3};
    static const UCHAR Unwind[] = {0x01, 5, 2, 0, 5, 0x32, 1, 0x30};
    static const IMAGE_RUNTIME_FUNCTION_ENTRY Function = {0x1000, 0x1080, {0x2380}};

    memset(File + 0x400, 0x90, 0x200);
    Put(0x400, Prologue, sizeof(Prologue));
    Put(0x410, Epilogue, sizeof(Epilogue));
    Put(0x600 + 0x300, &Function, sizeof(Function));
    Put(0x600 + 0x380, Unwind, sizeof(Unwind));
}

static void
MakeTables(void)
{
    static const IMAGE_IMPORT_DESCRIPTOR Import = {{0x2040}, 0, 0, 0x2080, 0x2060};
    static const ULONG Configuration = 0x70;
    static const ULONG First[] = {0x2000, 12}, Second[] = {0x3000, 12};
    static const USHORT FirstFixups[] = {0xA258, 0}, SecondFixups[] = {0xA000, 0};

    Put(0x600, &Import, sizeof(Import));
    PutQuad(0x640, 0x2100);
    PutQuad(0x648, 0x2120);
    PutQuad(0x660, 0x2100);
    PutQuad(0x668, 0x2120);
    Put(0x680, "NTOSKRNL.exe", 13);
    Put(0x702, "DbgPrint", 9);
    Put(0x722, "KeBugCheckEx", 13);
    Put(0x800, &Configuration, sizeof(Configuration));
    PutQuad(0x858, PREFERRED_BASE + 0x3008);
    PutQuad(0xA00, PREFERRED_BASE + 0x1010);
    PutQuad(0xA08, COOKIE);
    Put(0xC00, First, 8);
    Put(0xC08, FirstFixups, 4);
    Put(0xC0C, Second, 8);
    Put(0xC14, SecondFixups, 4);
}

static void
MakeSymbols(void)
{
    static const LDRP_SYMBOL Symbols[] = {
        {".text", 0, 1, 0, LDRP_CLASS_STATIC, 1},
        {"", 0, 0, 0, 0, 0}, /* what belongs to the symbol before it */
        {"E1000Isr", 0, 1, LDRP_FUNCTION_TYPE, LDRP_CLASS_EXTERNAL, 0},
        {{0, 0, 0, 0, 4}, 0x40, 1, LDRP_FUNCTION_TYPE, LDRP_CLASS_STATIC, 0}};

    Put(0xE00, Symbols, sizeof(Symbols));
    Put(0xE00 + sizeof(Symbols) + 4, "E1000LongStaticName", 20);
}

static void
MakeFile(void)
{
    memset(File, 0, sizeof(File));
    MakeHeaders();
    MakeCode();
    MakeTables();
    MakeSymbols();
    StubConsoleLength = 0;
    StubConsole[0] = '\0';
}

/* Parses and lays out; NULL or the problem. */
static const CHAR *
Lay(void)
{
    const CHAR *Problem = LdrpParseImage("t.sys", File, sizeof(File), &Image);

    if (Problem == NULL) {
        StubImageBase = Memory;
        LdrpCopyImage(&Image, Memory);
        Problem = LdrpRelocateImage(&Image);
    }
    return Problem;
}

static ULONG64
MemoryQuad(ULONG Offset)
{
    ULONG64 Value;

    memcpy(&Value, Memory + Offset, sizeof(Value));
    return Value;
}

static void
TestGoodImage(void)
{
    MakeFile();
    Check(Lay() == NULL, "a good image is parsed and laid out");
    Check(Memory[0x1000] == 0x53 && MemoryQuad(0x3008) == COOKIE && Memory[0x1200] == 0,
          "sections stand in their places, the rest is zero");
    Check(MemoryQuad(0x3000) == (ULONG_PTR)Memory + 0x1010,
          "DIR64 relocations are applied");
    Check(LdrpBindImports(&Image) == STATUS_SUCCESS && MemoryQuad(0x2060) == 0x1111 &&
              MemoryQuad(0x2068) == 0x2222,
          "imports are bound, module names compared without case");
    Check(LdrpSeedCookie(&Image, 0xABCDEF0123456789ULL) &&
              MemoryQuad(0x3008) == 0xEF0123456789ULL,
          "the security cookie is seeded, its top 16 bits zero");
    Check(!LdrpSeedCookie(&Image, 1), "a cookie that was changed is left alone");
    Check(LdrpSealImage(&Image) && StubProtection[0] == 0 &&
              StubProtection[1] == ARCH_PAGE_EXECUTE && StubProtection[2] == 0 &&
              StubProtection[3] == ARCH_PAGE_WRITE && StubProtection[4] == 0,
          "sealed: .text RX, .rdata R, .data RW, headers R");
}

/* Runs Change on a good file, which must then be refused for a reason that contains
 * Reason. */
#define CHECK_REFUSED(Reason, Change)                                                    \
    do {                                                                                 \
        const CHAR *Problem;                                                             \
        MakeFile();                                                                      \
        Change;                                                                          \
        Problem = Lay();                                                                 \
        Check(Problem != NULL && strcmp(Problem, Reason) == 0, "refused: " Reason);      \
    } while (0)

static void
TestBadHeaders(void)
{
    PIMAGE_OPTIONAL_HEADER64 Optional = &Nt->OptionalHeader;
    static const LONG Far = 0x7FFFFFFF;

    CHECK_REFUSED("not a PE file (no MZ header)", File[0] = 'X');
    CHECK_REFUSED("not a PE file (no PE header)", Nt->Signature = 0);
    CHECK_REFUSED("not a PE file (no PE header)", Put(0x3C, &Far, 4));
    CHECK_REFUSED("not an x64 image (machine is not 8664h)",
                  Nt->FileHeader.Machine = 0x14C);
    CHECK_REFUSED("not linked to completion (an object file?)",
                  Nt->FileHeader.Characteristics = 0);
    CHECK_REFUSED("the number of sections is out of bounds",
                  Nt->FileHeader.NumberOfSections = 0);
    CHECK_REFUSED("the number of sections is out of bounds",
                  Nt->FileHeader.NumberOfSections = 97);
    CHECK_REFUSED("not PE32+", Optional->Magic = 0x10B);
    CHECK_REFUSED("not a driver (subsystem is not native)", Optional->Subsystem = 3);
    CHECK_REFUSED("sections are not aligned to pages",
                  Optional->SectionAlignment = 0x200);
    CHECK_REFUSED("SizeOfImage is zero or above 64 MiB", Optional->SizeOfImage = 0);
    CHECK_REFUSED("SizeOfImage is zero or above 64 MiB", Optional->SizeOfImage = ~0U);
    CHECK_REFUSED("SizeOfHeaders is beyond the file or the image",
                  Optional->SizeOfHeaders = FILE_LENGTH + 1);
    CHECK_REFUSED("the optional header is shorter than its directories",
                  Nt->FileHeader.SizeOfOptionalHeader = 0x80);
    Check(LdrpParseImage("t.sys", File, 0, &Image) != NULL, "refused: an empty file");
}

static void
TestBadSections(void)
{
    CHECK_REFUSED("the section table is beyond the headers",
                  Nt->OptionalHeader.SizeOfHeaders = 0x100);
    CHECK_REFUSED("a section does not start at a page",
                  Sections[1].VirtualAddress = 0x2010);
    CHECK_REFUSED("sections overlap, or are out of order",
                  Sections[2].VirtualAddress = 0x1000);
    CHECK_REFUSED("sections overlap, or are out of order",
                  Sections[0].VirtualAddress = 0);
    CHECK_REFUSED("a section ends beyond SizeOfImage",
                  Sections[3].Misc.VirtualSize = ~0U);
    CHECK_REFUSED("a section's contents are beyond the end of the file",
                  Sections[2].PointerToRawData = 0xFFFFFF00);
    CHECK_REFUSED("the entry point is not in an executable section",
                  Nt->OptionalHeader.AddressOfEntryPoint = 0x3000);
    CHECK_REFUSED("a data directory is beyond SizeOfImage",
                  SetDirectory(IMAGE_DIRECTORY_ENTRY_IMPORT, 0xFFFFFFF0, 0x20));
    CHECK_REFUSED("a base relocation lies beyond SizeOfImage", File[0xC02] = 0xFF);
    CHECK_REFUSED("a base relocation is of a type x64 does not have", File[0xC09] = 0x32);
    CHECK_REFUSED("a block of base relocations has an impossible size", File[0xC04] = 4);
    CHECK_REFUSED("a block of base relocations has an impossible size", File[0xC05] = 4);
}

static void
TestMissingImports(void)
{
    MakeFile();
    File[0x702] = 'X';
    File[0x722] = 'Y';
    Lay();
    Check(LdrpBindImports(&Image) == STATUS_ENTRYPOINT_NOT_FOUND &&
              strcmp(StubConsole,
                     "t.sys: import NTOSKRNL.exe!XbgPrint not found\n"
                     "t.sys: import NTOSKRNL.exe!YeBugCheckEx not found\n") == 0,
          "every missing import is named before the image is refused");
    MakeFile();
    PutQuad(0x640, IMAGE_ORDINAL_FLAG64 | 7);
    Lay();
    Check(LdrpBindImports(&Image) == STATUS_ENTRYPOINT_NOT_FOUND &&
              MemoryQuad(0x2068) == 0x2222,
          "an import by ordinal is refused, the ones behind it are still bound");
    MakeFile();
    Put(0x680, "foo.sys", 8);
    Lay();
    Check(LdrpBindImports(&Image) == STATUS_ENTRYPOINT_NOT_FOUND &&
              strcmp(StubConsole,
                     "t.sys: imports from foo.sys, which this kernel does not have\n") ==
                  0,
          "an unknown module is named");
    MakeFile();
    PutQuad(0x640, 0x7FFFFFFFFFFFFFFFULL);
    Lay();
    Check(LdrpBindImports(&Image) == STATUS_INVALID_IMAGE_FORMAT,
          "a name outside the image");
    MakeFile();
    memset(File + 0x600, 0, 4);
    Lay();
    Check(LdrpBindImports(&Image) == STATUS_SUCCESS && MemoryQuad(0x2060) == 0x1111,
          "without OriginalFirstThunk the slots themselves name the imports");
}

static void
TestProtections(void)
{
    IMAGE_SECTION_HEADER Section = {.Name = "INIT", .Characteristics = CODE | RW};

    StubConsoleLength = 0;
    Check(LdrpSectionProtection("t.sys", &Section) == ARCH_PAGE_EXECUTE &&
              strcmp(StubConsole,
                     "t.sys: section INIT is writable and executable; loaded "
                     "without write access\n") == 0,
          "code that is writable loses the write access, with a line");
    Section.Characteristics = IMAGE_SCN_MEM_EXECUTE | RW;
    Check(LdrpSectionProtection("t.sys", &Section) == ARCH_PAGE_WRITE,
          "data that is executable loses the execute access");
    memcpy(Section.Name, ".idata\0", 8);
    Section.Characteristics = RW;
    Check(LdrpSectionProtection("t.sys", &Section) == 0, ".idata is sealed read-only");
}

static int
Describes(ULONG Offset, const CHAR *Expected)
{
    CHAR Text[96];

    return LdrDescribeAddress((ULONG_PTR)Memory + Offset, Text, sizeof(Text)) &&
           strcmp(Text, Expected) == 0;
}

static void
TestSymbols(void)
{
    CHAR Text[96];

    MakeFile();
    Lay();
    StubPublish(&Image);
    Check(Describes(0x1012, "t.sys!E1000Isr+0x12 [+0x1012]"),
          "a name of eight characters");
    Check(Describes(0x1040, "t.sys!E1000LongStaticName+0x0 [+0x1040]"), "a long name");
    Check(Describes(0x3004, "t.sys+0x3004"), "data without symbols");
    Check(!LdrDescribeAddress((ULONG_PTR)Memory - 1, Text, sizeof(Text)), "no image");
    Nt->FileHeader.PointerToSymbolTable = 0xFFFFFFF0;
    Check(Describes(0x1012, "t.sys+0x1012"), "a symbol table beyond the file");
    Nt->FileHeader.PointerToSymbolTable = 0xE00;
    Nt->FileHeader.NumberOfSymbols = ~0U;
    Check(Describes(0x1012, "t.sys!E1000Isr+0x12 [+0x1012]"), "a symbol count beyond it");
}

/* Unwinds at Offset with RSP at stack word Top; expects RBX, return to 1234h, RSP at End.
 */
static int
Unwinds(ULONG Offset, ULONG Top, ULONG64 Rbx, ULONG End)
{
    LDR_UNWIND_CONTEXT Context = {0};

    Context.Rip = (ULONG_PTR)Memory + Offset;
    Context.Rsp = (ULONG_PTR)&StubStack[Top];
    Context.Registers[3] = 0xB;
    return LdrUnwindFrame(&Context) && Context.Rip == 0x1234 &&
           Context.Registers[3] == Rbx && Context.Rsp == (ULONG_PTR)&StubStack[End] &&
           Context.Registers[LDRP_REGISTER_RSP] == Context.Rsp;
}

static void
TestUnwind(void)
{
    LDR_UNWIND_CONTEXT Context = {0};

    MakeFile();
    Lay();
    StubPublish(&Image);
    /* Words 10 to 13 are the locals, 14 the saved RBX, 15 the return address. */
    StubStack[14] = 0xAA;
    StubStack[15] = 0x1234;
    Check(Unwinds(0x1008, 10, 0xAA, 16), "in the body: all of the prologue is undone");
    Check(Unwinds(0x1000, 15, 0xB, 16), "at the first instruction: nothing to undo");
    Check(Unwinds(0x1001, 14, 0xAA, 16), "behind the push");
    Check(Unwinds(0x1010, 10, 0xAA, 16), "at the epilogue's add");
    Check(Unwinds(0x1014, 14, 0xAA, 16), "at the epilogue's pop");
    Check(Unwinds(0x1015, 15, 0xB, 16), "at the ret");
    Check(Unwinds(0x1100, 15, 0xB, 16), "a function without an entry is a leaf");
    Check(!Unwinds(0x1008, 62, 0, 0), "the stack is not left");
    Context.Rip = 0x1234;
    Check(!LdrUnwindFrame(&Context), "an address in no image");
    Memory[0x2384] = 5;
    Memory[0x2385] = 0x0F;
    Check(!Unwinds(0x1008, 10, 0xAA, 16), "a code that does not exist");
}

static void
TestChains(void)
{
    /* A frame register: push rbp; sub rsp,20h; lea rbp,[rsp+10h]. */
    static const UCHAR Frame[] = {0x01, 10, 3, 0x15, 10, 0x03, 5, 0x32, 1, 0x50, 0, 0};
    /* Its second part: nothing of its own, chained to {1000h, 1080h, 2380h}. */
    static const UCHAR Chained[] = {0x21, 0, 0, 0};
    static const ULONG Parent[] = {0x1000, 0x1080, 0x2380};
    static const ULONG Loop[] = {0x1000, 0x1080, 0x23A0};
    IMAGE_RUNTIME_FUNCTION_ENTRY Part = {0x1100, 0x1180, {0x23A0}};
    LDR_UNWIND_CONTEXT Context = {0};

    MakeFile();
    Lay();
    StubPublish(&Image);
    memcpy(Memory + 0x2300, &Part, sizeof(Part));
    memcpy(Memory + 0x2380, Frame, sizeof(Frame));
    memcpy(Memory + 0x23A0, Chained, sizeof(Chained));
    memcpy(Memory + 0x23A4, Parent, sizeof(Parent));
    StubStack[14] = 0xBB;
    StubStack[15] = 0x1234;
    Context.Rip = (ULONG_PTR)Memory + 0x1108;
    Context.Rsp = (ULONG_PTR)&StubStack[4]; /* moved on by an alloca */
    Context.Registers[5] = (ULONG_PTR)&StubStack[12];
    Check(LdrUnwindFrame(&Context) && Context.Rip == 0x1234 &&
              Context.Registers[5] == 0xBB && Context.Rsp == (ULONG_PTR)&StubStack[16],
          "a chained part, and a frame register");
    memcpy(Memory + 0x23A4, Loop, sizeof(Loop));
    Context.Rip = (ULONG_PTR)Memory + 0x1108;
    Check(!LdrUnwindFrame(&Context), "a chain that never ends is left");
}

static void
TestExports(void)
{
    static const LDR_EXPORT Unsorted[] = {{"b", 1}, {"a", 2}},
                            Twice[] = {{"a", 1}, {"a", 2}};
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KeBugCheckEx");

    Check(LdrInitializeExports(), "a sorted table is accepted");
    Check(!LdrpIsSorted(Unsorted, Unsorted + 2), "an unsorted one is not");
    Check(!LdrpIsSorted(Twice, Twice + 2), "nor one with a name twice");
    Check(LdrFindExport("DbgPrint") == (PVOID)0x1111 && LdrFindExport("Dbg") == NULL &&
              LdrFindExport("Z") == NULL && LdrFindExport("") == NULL,
          "names are found whole");
    Check(MmGetSystemRoutineAddress(&Name) == (PVOID)0x2222, "MmGetSystemRoutineAddress");
    Name.Length = 0xFFFE;
    Check(MmGetSystemRoutineAddress(&Name) == NULL, "a name longer than any");
}

int
main(void)
{
    Memory = malloc(IMAGE_LENGTH);
    TestGoodImage();
    TestBadHeaders();
    TestBadSections();
    TestMissingImports();
    TestProtections();
    TestSymbols();
    TestUnwind();
    TestChains();
    TestExports();
    free(Memory);
    return CheckVerdict();
}
