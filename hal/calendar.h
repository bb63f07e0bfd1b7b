/*
 * From the CMOS clock's registers to NT's time. Pure, for the host tests.
 */
#pragma once

#include <ntdef.h>

typedef struct _HALP_CLOCK_REGISTERS {
    UCHAR Second;
    UCHAR Minute;
    UCHAR Hour; /* bit 7: afternoon, in 12-hour mode */
    UCHAR Day;
    UCHAR Month;
    UCHAR Year;
    UCHAR Century; /* 0: the clock has no such register */
    UCHAR Status;  /* status register B */
} HALP_CLOCK_REGISTERS, *PHALP_CLOCK_REGISTERS;

#define RTC_STATUS_24_HOURS 0x02
#define RTC_STATUS_BINARY   0x04

/* 100 ns since the first of January 1601, or 0 when the registers hold no date. */
LONG64 HalpConvertClock(const HALP_CLOCK_REGISTERS *Registers);
