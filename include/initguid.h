/*
 * Turns DEFINE_GUID from a declaration into a definition, for the one source file of a
 * driver that includes this header before the headers that name GUIDs.
 */
#pragma once

#define INITGUID
#include <ntdef.h>

#undef DEFINE_GUID
#define DEFINE_GUID(Name, A, B, C, D0, D1, D2, D3, D4, D5, D6, D7)                       \
    EXTERN_C const GUID Name;                                                            \
    const GUID DECLSPEC_SELECTANY Name = {A, B, C, {D0, D1, D2, D3, D4, D5, D6, D7}}
