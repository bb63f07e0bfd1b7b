/*
 * The base types every NT interface is written in.
 *
 * The same text serves two compilers' data models: driver code is PE, where long has 32
 * bits (LLP64), the kernel is ELF, where long has 64 (LP64). ULONG and LONG have 32 bits
 * in both, wchar_t 16 (the kernel compiles with -fshort-wchar), pointers 64. Every
 * structure a driver sees is built from these names only, so that it has one layout.
 *
 * Calling convention: NTAPI marks each function that driver code calls or supplies. It is
 * the Microsoft x64 convention, which is the PE compilers' default and an attribute on
 * ELF.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <sal.h>

#if !defined(__x86_64__)
#error "dirql is an x86_64 kernel"
#endif

#if !defined(_AMD64_)
#define _AMD64_
#endif

/* --- Calling convention, linkage, alignment --------------------------------------- */

#if defined(__ELF__)
#define NTAPI __attribute__((ms_abi))
#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT
#define DECLSPEC_SELECTANY __attribute__((weak))
#else
#define NTAPI
#define DECLSPEC_IMPORT    __attribute__((dllimport))
#define DECLSPEC_EXPORT    __attribute__((dllexport))
#define DECLSPEC_SELECTANY __attribute__((selectany))
#endif

#define FASTCALL     NTAPI
#define NTKERNELAPI  DECLSPEC_IMPORT
#define NTSYSAPI     DECLSPEC_IMPORT
#define NTSYSCALLAPI DECLSPEC_IMPORT
#define NTHALAPI     DECLSPEC_IMPORT

#define DECLSPEC_ALIGN(Bytes) __attribute__((aligned(Bytes)))
#define DECLSPEC_CACHEALIGN   DECLSPEC_ALIGN(64)
#define DECLSPEC_NOINLINE     __attribute__((noinline))
#define DECLSPEC_NORETURN     __attribute__((noreturn))
#define DECLSPEC_DEPRECATED_DDK
#define POINTER_ALIGNMENT  DECLSPEC_ALIGN(8)
#define RESTRICTED_POINTER __restrict__
#if !defined(UNALIGNED)
#define UNALIGNED
#endif

/*
 * Plain C99 inline: written alone it emits nothing out of line, and `static FORCEINLINE`
 * is good C as well. A kernel file that also exports such a routine declares it once more
 * without `inline`, which makes the compiler emit it there.
 */
#define FORCEINLINE  __inline__ __attribute__((always_inline))
#define CFORCEINLINE FORCEINLINE
#if !defined(__forceinline)
#define __forceinline FORCEINLINE
#endif

#if !defined(__int64) && !defined(_MSC_EXTENSIONS)
#define __int64 long long
#define __int32 int
#define __int16 short
#define __int8 char
#endif

#if defined(__cplusplus)
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif

#define CONST const
#define IN
#define OUT
#define OPTIONAL
#define CRITICAL

/* --- Scalar types ----------------------------------------------------------------- */

#if defined(__ELF__)
typedef int LONG;
typedef unsigned int ULONG;
#else
typedef long LONG;
typedef unsigned long ULONG;
#endif

#define VOID void
typedef void *PVOID;
typedef char CHAR, *PCHAR, *PSTR, CCHAR, *PCCHAR;
typedef signed char SCHAR, *PSCHAR;
typedef const char *PCSTR, *LPCSTR, *PCSZ;
typedef unsigned char UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT, CSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR, *PWCH, *LPWSTR;
typedef const WCHAR *PCWSTR, *PCWCH, *LPCWSTR;
typedef LONG *PLONG;
typedef ULONG *PULONG;
typedef int INT;
typedef unsigned int UINT;
typedef long long LONGLONG, *PLONGLONG, LONG64, *PLONG64, INT64, *PINT64;
typedef unsigned long long ULONGLONG, *PULONGLONG, ULONG64, *PULONG64, UINT64, *PUINT64;
typedef int LONG32, INT32, *PINT32;
typedef unsigned int ULONG32, UINT32, *PUINT32;
typedef short INT16;
typedef unsigned short UINT16, *PUINT16;
typedef signed char INT8;
typedef unsigned char UINT8, *PUINT8;
typedef LONGLONG LONG_PTR, *PLONG_PTR, INT_PTR, SSIZE_T, *PSSIZE_T;
typedef ULONGLONG ULONG_PTR, *PULONG_PTR, UINT_PTR, SIZE_T, *PSIZE_T, DWORD_PTR;
typedef ULONGLONG DWORDLONG;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;
typedef ULONG LOGICAL, *PLOGICAL, LCID, ACCESS_MASK, *PACCESS_MASK;
typedef LONG KPRIORITY;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef PVOID HANDLE, *PHANDLE;
typedef CCHAR KPROCESSOR_MODE;

/* A va_list as code of the NTAPI convention passes it: a plain pointer into the stack. */
#if defined(__ELF__)
typedef __builtin_ms_va_list NTVALIST;
#else
typedef va_list NTVALIST;
#endif

#define TRUE  1
#define FALSE 0
#if !defined(NULL)
#define NULL ((void *)0)
#endif

#define ANYSIZE_ARRAY 1
#define MAXUCHAR      0xFF
#define MAXUSHORT     0xFFFF
#define MAXLONG       0x7FFFFFFF
#define MINLONG       ((LONG)0x80000000)
#define MAXULONG      0xFFFFFFFFU
#define MAXLONGLONG   0x7FFFFFFFFFFFFFFFLL
#define MAXULONG64    0xFFFFFFFFFFFFFFFFULL
#define MAXULONGLONG  0xFFFFFFFFFFFFFFFFULL
#define MAXULONG_PTR  (~(ULONG_PTR)0)

typedef enum _MODE { KernelMode, UserMode, MaximumMode } MODE;

/* --- Structures of general use ---------------------------------------------------- */

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY, *RESTRICTED_POINTER PRLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

/* Length and MaximumLength are bytes; Buffer needs no terminating zero. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCH Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING;
typedef const STRING *PCANSI_STRING;

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;

#define OBJ_INHERIT          0x00000002
#define OBJ_PERMANENT        0x00000010
#define OBJ_EXCLUSIVE        0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF           0x00000080
#define OBJ_OPENLINK         0x00000100
#define OBJ_KERNEL_HANDLE    0x00000200
#define OBJ_VALID_ATTRIBUTES 0x00001FF2

#define InitializeObjectAttributes(Object, Name, Attrs, Root, Security)                  \
    do {                                                                                 \
        (Object)->Length = sizeof(OBJECT_ATTRIBUTES);                                    \
        (Object)->RootDirectory = (Root);                                                \
        (Object)->ObjectName = (Name);                                                   \
        (Object)->Attributes = (Attrs);                                                  \
        (Object)->SecurityDescriptor = (Security);                                       \
        (Object)->SecurityQualityOfService = NULL;                                       \
    } while (0)

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

#define ALL_PROCESSOR_GROUPS 0xFFFF

#if !defined(GUID_DEFINED)
#define GUID_DEFINED
typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *PGUID;
#endif
typedef const GUID *LPCGUID;
#define REFGUID const GUID *

#define IsEqualGUID(A, B) (__builtin_memcmp((A), (B), sizeof(GUID)) == 0)

/* A declaration, until initguid.h is included: then a definition. */
#if !defined(DEFINE_GUID)
#define DEFINE_GUID(Name, A, B, C, D0, D1, D2, D3, D4, D5, D6, D7)                       \
    EXTERN_C const GUID Name
#endif

/* --- Macros that functions cannot replace ----------------------------------------- */

#define FIELD_OFFSET(Type, Field)   ((LONG) __builtin_offsetof(Type, Field))
#define RTL_FIELD_SIZE(Type, Field) (sizeof(((Type *)0)->Field))
#define RTL_SIZEOF_THROUGH_FIELD(Type, Field)                                            \
    (FIELD_OFFSET(Type, Field) + RTL_FIELD_SIZE(Type, Field))
#define RTL_NUMBER_OF(Array) (sizeof(Array) / sizeof((Array)[0]))
#define CONTAINING_RECORD(Address, Type, Field)                                          \
    ((Type *)((PCHAR)(Address) - __builtin_offsetof(Type, Field)))

#if !defined(ARRAYSIZE)
#define ARRAYSIZE(Array) RTL_NUMBER_OF(Array)
#endif

#define RTL_CONSTANT_STRING(Text)                                                        \
    {                                                                                    \
        sizeof(Text) - sizeof((Text)[0]), sizeof(Text), (Text)                           \
    }
#define DECLARE_CONST_UNICODE_STRING(Name, Text)                                         \
    static const WCHAR Name##_buffer[] = Text;                                           \
    static const UNICODE_STRING Name = {sizeof(Text) - sizeof(WCHAR), sizeof(Text),      \
                                        (PWCH)Name##_buffer}
#define DECLARE_UNICODE_STRING_SIZE(Name, Count)                                         \
    WCHAR Name##_buffer[Count];                                                          \
    UNICODE_STRING Name = {0, (Count) * sizeof(WCHAR), Name##_buffer}

#define UNREFERENCED_PARAMETER(Parameter)         ((void)(Parameter))
#define DBG_UNREFERENCED_PARAMETER(Parameter)     ((void)(Parameter))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(Variable) ((void)(Variable))
#define C_ASSERT(Expression)                      _Static_assert(Expression, #Expression)

#if !defined(min)
#define min(A, B) (((A) < (B)) ? (A) : (B))
#define max(A, B) (((A) > (B)) ? (A) : (B))
#endif

#define BooleanFlagOn(Flags, Bit) ((BOOLEAN)(((Flags) & (Bit)) != 0))
#define FlagOn(Flags, Bit)        ((Flags) & (Bit))
#define SetFlag(Flags, Bit)       ((Flags) |= (Bit))
#define ClearFlag(Flags, Bit)     ((Flags) &= ~(Bit))

#define ALIGN_DOWN_BY(Value, Bytes) ((ULONG_PTR)(Value) & ~((ULONG_PTR)(Bytes)-1))
#define ALIGN_UP_BY(Value, Bytes)                                                        \
    (((ULONG_PTR)(Value) + (ULONG_PTR)(Bytes)-1) & ~((ULONG_PTR)(Bytes)-1))
#define ALIGN_DOWN(Value, Type) ALIGN_DOWN_BY(Value, sizeof(Type))
#define ALIGN_UP(Value, Type)   ALIGN_UP_BY(Value, sizeof(Type))

#define UlongToPtr(Value)     ((PVOID)(ULONG_PTR)(ULONG)(Value))
#define ULongToPtr(Value)     UlongToPtr(Value)
#define PtrToUlong(Pointer)   ((ULONG)(ULONG_PTR)(Pointer))
#define PtrToUint(Pointer)    ((UINT)(ULONG_PTR)(Pointer))
#define HandleToUlong(Handle) PtrToUlong(Handle)
#define UlongToHandle(Value)  ((HANDLE)UlongToPtr(Value))

#define NT_SUCCESS(Status)     ((NTSTATUS)(Status) >= 0)
#define NT_INFORMATION(Status) (((ULONG)(Status) >> 30) == 1)
#define NT_WARNING(Status)     (((ULONG)(Status) >> 30) == 2)
#define NT_ERROR(Status)       (((ULONG)(Status) >> 30) == 3)
