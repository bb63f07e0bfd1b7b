/*
 * The date of the CMOS clock. It ticks while it is read, so a reading counts when two in
 * a row agree; its numbers are BCD or binary, its hours 12 or 24, as its status says.
 */
#include "halp.h"
#include "calendar.h"
#include "ports.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#define RTC_SECOND      0x00
#define RTC_MINUTE      0x02
#define RTC_HOUR        0x04
#define RTC_DAY         0x07
#define RTC_MONTH       0x08
#define RTC_YEAR        0x09
#define RTC_STATUS_A    0x0A
#define RTC_UPDATING    0x80
#define RTC_STATUS_B    0x0B
#define CMOS_INDEX_MASK 0x7F

#define UPDATE_READS     20000 /* an update takes 2 ms at most */
#define READING_ATTEMPTS 5

static UCHAR
HalpReadCmos(UCHAR Index)
{
    HalpWritePort8(CMOS_INDEX, Index & CMOS_INDEX_MASK);
    return HalpReadPort8(CMOS_DATA);
}

static VOID
HalpReadClockRegisters(PHALP_CLOCK_REGISTERS Registers)
{
    ULONG Reads = UPDATE_READS;
    while ((HalpReadCmos(RTC_STATUS_A) & RTC_UPDATING) != 0 && --Reads != 0) {
        ArchPause();
    }
    UCHAR CenturyIndex = HalpPlatform.Fadt.CenturyIndex & CMOS_INDEX_MASK;
    Registers->Second = HalpReadCmos(RTC_SECOND);
    Registers->Minute = HalpReadCmos(RTC_MINUTE);
    Registers->Hour = HalpReadCmos(RTC_HOUR);
    Registers->Day = HalpReadCmos(RTC_DAY);
    Registers->Month = HalpReadCmos(RTC_MONTH);
    Registers->Year = HalpReadCmos(RTC_YEAR);
    Registers->Century = CenturyIndex != 0 ? HalpReadCmos(CenturyIndex) : 0;
    Registers->Status = HalpReadCmos(RTC_STATUS_B);
}

/*
 * The date and time of day in 100 ns since 1601, taken as UTC; 0 when the clock holds no
 * date. Boot processor: the index port is shared state.
 */
LONG64
HalQueryRealTimeClock(VOID)
{
    HALP_CLOCK_REGISTERS First, Second;
    HalpReadClockRegisters(&First);
    for (ULONG Attempt = 0; Attempt < READING_ATTEMPTS; Attempt++) {
        HalpReadClockRegisters(&Second);
        if (__builtin_memcmp(&First, &Second, sizeof(First)) == 0) {
            break;
        }
        First = Second;
    }
    return HalpConvertClock(&First);
}
