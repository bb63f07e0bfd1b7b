/*
 * From the CMOS clock's registers to NT's time, 100 ns units since 1601.
 *
 * 1601 begins a cycle of 400 years of the Gregorian calendar, so days are counted from it
 * without a correction.
 */
#include "calendar.h"

#define FIRST_YEAR       1601
#define UNITS_PER_SECOND 10000000LL
#define HOUR_AFTERNOON   0x80

/* Days before each month of a year that is no leap year. */
static const USHORT HalpDaysBefore[12] = {0,   31,  59,  90,  120, 151,
                                          181, 212, 243, 273, 304, 334};

static ULONG
HalpDecode(UCHAR Value, UCHAR Status)
{
    if ((Status & RTC_STATUS_BINARY) != 0) {
        return Value;
    }
    return (Value >> 4) * 10U + (Value & 0xF);
}

/* 12-hour clocks call midnight and noon twelve. */
static ULONG
HalpDecodeHour(UCHAR Value, UCHAR Status)
{
    if ((Status & RTC_STATUS_24_HOURS) != 0) {
        return HalpDecode(Value, Status);
    }
    ULONG Hour = HalpDecode(Value & ~HOUR_AFTERNOON, Status) % 12;
    return (Value & HOUR_AFTERNOON) != 0 ? Hour + 12 : Hour;
}

static BOOLEAN
HalpIsLeapYear(ULONG Year)
{
    return (Year % 4 == 0 && Year % 100 != 0) || Year % 400 == 0;
}

static LONG64
HalpCountDays(ULONG Year, ULONG Month, ULONG Day)
{
    ULONG Years = Year - FIRST_YEAR;
    LONG64 Days = Years * 365LL + Years / 4 - Years / 100 + Years / 400;
    Days += HalpDaysBefore[Month - 1] + Day - 1;
    return Month > 2 && HalpIsLeapYear(Year) ? Days + 1 : Days;
}

/* Without a century register, or with nonsense in it, the year is of this century. */
LONG64
HalpConvertClock(const HALP_CLOCK_REGISTERS *Registers)
{
    UCHAR Status = Registers->Status;
    ULONG Month = HalpDecode(Registers->Month, Status);
    ULONG Day = HalpDecode(Registers->Day, Status);
    ULONG Year = HalpDecode(Registers->Year, Status);
    ULONG Century = HalpDecode(Registers->Century, Status);
    ULONG Hour = HalpDecodeHour(Registers->Hour, Status);
    ULONG Minute = HalpDecode(Registers->Minute, Status);
    ULONG Second = HalpDecode(Registers->Second, Status);
    if (Month < 1 || Month > 12 || Day < 1 || Day > 31 || Year > 99 || Hour > 23 ||
        Minute > 59 || Second > 59) {
        return 0;
    }
    Year += (Century >= 19 && Century <= 29 ? Century : 20) * 100;
    LONG64 Hours = HalpCountDays(Year, Month, Day) * 24 + Hour;
    return ((Hours * 60 + Minute) * 60 + Second) * UNITS_PER_SECOND;
}
