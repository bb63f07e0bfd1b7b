/*
 * Input/output ports by their number. The instructions stand in <wdm/ioaccess.h>, which
 * takes a port as NT's drivers name it, a pointer.
 */
#pragma once

#include <wdm/ioaccess.h>

#define HALP_PORT(Type, Number) ((Type *)(ULONG_PTR)(Number))

FORCEINLINE UCHAR
HalpReadPort8(USHORT Port)
{
    return READ_PORT_UCHAR(HALP_PORT(UCHAR, Port));
}

FORCEINLINE VOID
HalpWritePort8(USHORT Port, UCHAR Value)
{
    WRITE_PORT_UCHAR(HALP_PORT(UCHAR, Port), Value);
}

FORCEINLINE USHORT
HalpReadPort16(USHORT Port)
{
    return READ_PORT_USHORT(HALP_PORT(USHORT, Port));
}

FORCEINLINE VOID
HalpWritePort16(USHORT Port, USHORT Value)
{
    WRITE_PORT_USHORT(HALP_PORT(USHORT, Port), Value);
}

FORCEINLINE ULONG
HalpReadPort32(USHORT Port)
{
    return READ_PORT_ULONG(HALP_PORT(ULONG, Port));
}

FORCEINLINE VOID
HalpWritePort32(USHORT Port, ULONG Value)
{
    WRITE_PORT_ULONG(HALP_PORT(ULONG, Port), Value);
}
