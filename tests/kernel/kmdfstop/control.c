/*
 * What is for control devices, done to another.
 */
#include "kmdfstop.h"

VOID
FinishFunctionDevice(WDFDEVICE Device)
{
    Expect("WdfControlFinishInitializing of a device with a bus$",
           WDF_VERIFIER_FATAL_ERROR, Number(Device), "0x0, 0x0");
    WdfControlFinishInitializing(Device);
}
