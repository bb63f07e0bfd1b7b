/*
 * What each bug check means, for the first lines of a stop report: NT's name, and one
 * sentence on what happened and what is usually wrong.
 *
 * Some stops are found out only after the guilty routine has returned: there a parameter
 * holds its address, and the stack no longer does.
 */
#include "ki.h"

#define CODE(Code, Guilty, Meaning)                                                      \
    {                                                                                    \
        Code, Guilty, #Code, Meaning                                                     \
    }

static const KI_CODE_NAME KiCodeNames[] = {
    CODE(
        APC_INDEX_MISMATCH, 1,
        "a work item's routine returned with APCs disabled: a critical or guarded region "
        "not left, or a mutex not released"),
    CODE(IRQL_NOT_GREATER_OR_EQUAL, 0,
         "the IRQL is not what this routine needs: a raise that would lower, or an "
         "AtDpcLevel routine called below DISPATCH_LEVEL"),
    CODE(IRQL_NOT_LESS_OR_EQUAL, 0,
         "the kernel was led at raised IRQL to memory that is not there, or into a wait: "
         "look at the pointer the driver passed, and at the level it called from"),
    CODE(MAXIMUM_WAIT_OBJECTS_EXCEEDED, 0,
         "a wait for more objects than there are wait blocks: 3 without an array of the "
         "caller's, 64 with one"),
    CODE(SPIN_LOCK_ALREADY_OWNED, 0,
         "a spin lock was asked for that nobody can release any more: its holder asked "
         "again, or left without releasing it"),
    CODE(TRAP_CAUSE_UNKNOWN, 0,
         "an exception vector that no processor uses: a driver executed INT n"),
    CODE(REFERENCE_BY_POINTER, 0,
         "an object was dereferenced more often than it was referenced"),
    CODE(BAD_POOL_HEADER, 0,
         "the header or end of a pool block was overwritten: somebody wrote outside his "
         "allocation"),
    CODE(
        KMODE_EXCEPTION_NOT_HANDLED, 0,
        "an exception or a raised status that nobody handles; the first parameter is its "
        "code, the second where it came from"),
    CODE(KERNEL_APC_PENDING_DURING_EXIT, 0,
         "a thread ended at a level above PASSIVE_LEVEL, inside a critical or guarded "
         "region, or with APCs still queued"),
    CODE(NO_MORE_IRP_STACK_LOCATIONS, 0,
         "an IRP was passed further down than it has stack locations: the device's "
         "StackSize was not taken over"),
    CODE(INTERRUPT_EXCEPTION_NOT_HANDLED, 0, "an exception inside an ISR"),
    CODE(MULTIPLE_IRP_COMPLETE_REQUESTS, 0,
         "an IRP was completed that had been completed before"),
    CODE(CANCEL_STATE_IN_COMPLETED_IRP, 0,
         "an IRP was completed while its cancel routine was still set: clear it with "
         "IoSetCancelRoutine first"),
    CODE(PAGE_FAULT_WITH_INTERRUPTS_OFF, 0,
         "memory that is not there was touched with interrupts disabled"),
    CODE(PFN_LIST_CORRUPT, 0, "a page was freed that was free"),
    CODE(PAGE_FAULT_IN_NONPAGED_AREA, 0,
         "memory that is not there was touched: a null, freed or never valid pointer"),
    CODE(
        UNEXPECTED_KERNEL_MODE_TRAP, 0,
        "the processor refused an instruction; the first parameter is the exception: 0 "
        "divide error, 6 invalid opcode, 8 double fault, mostly a stack that overflowed"),
    CODE(NMI_HARDWARE_FAILURE, 0, "a non-maskable interrupt: the hardware asks for help"),
    CODE(MACHINE_CHECK_EXCEPTION, 0, "the processor found a hardware error"),
    CODE(ATTEMPTED_SWITCH_FROM_DPC, 0,
         "a DPC waited: no routine that can wait may be called at DISPATCH_LEVEL"),
    CODE(
        ATTEMPTED_WRITE_TO_READONLY_MEMORY, 0,
        "read-only memory was written to: code, constants, or what the kernel shares for "
        "reading"),
    CODE(
        SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, 0,
        "a block was freed whose surroundings had been written to, or an address that is "
        "no block's beginning"),
    CODE(BAD_POOL_CALLER, 0,
         "a pool routine was called wrongly: freed twice, a pointer that is no block, "
         "another tag, or too high an IRQL"),
    CODE(DRIVER_VERIFIER_DETECTED_VIOLATION, 0,
         "a rule of the driver interface was broken; the first parameter says which"),
    CODE(
        DRIVER_CORRUPTED_EXPOOL, 0,
        "pool was found corrupted at raised IRQL: somebody wrote outside his allocation"),
    CODE(TIMER_OR_DPC_INVALID, 2,
         "a timer or a DPC was found where it must not be: in memory that is going away, "
         "or changed by its routine"),
    CODE(IRQL_UNEXPECTED_VALUE, 2,
         "a routine returned at another IRQL than it was called at: first parameter, "
         "level "
         "now and level before"),
    CODE(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 0, "an IRP was used against the rules"),
    CODE(
        PAGE_FAULT_IN_FREED_SPECIAL_POOL, 0,
        "the kernel was led to a pool block that had been freed: look at the pointer the "
        "driver passed"),
    CODE(PAGE_FAULT_BEYOND_END_OF_ALLOCATION, 0,
         "the kernel was led past the end of a pool block: look at the length the driver "
         "passed"),
    CODE(DRIVER_IRQL_NOT_LESS_OR_EQUAL, 0,
         "the driver touched memory that is not there, at raised IRQL: a bad pointer, or "
         "pageable memory where no page can be fetched"),
    CODE(DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL, 0,
         "the driver touched a pool block that had been freed"),
    CODE(DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION, 0,
         "the driver touched memory past the end of a pool block, or before it"),
    CODE(WORKER_THREAD_RETURNED_AT_BAD_IRQL, 1,
         "a work item's routine returned above PASSIVE_LEVEL: a level raised and not "
         "lowered, or a lock not released"),
    CODE(MANUALLY_INITIATED_CRASH, 0, "somebody asked for this stop"),
    CODE(WORKER_INVALID, 0,
         "a work item was queued that is queued already, or freed while queued"),
    CODE(
        HARDWARE_INTERRUPT_STORM, 1,
        "an interrupt line that no ISR can quiet: an ISR that does not clear its device, "
        "or a device nobody serves"),
    CODE(ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, 0,
         "a jump into data: a bad function pointer, or an overwritten return address"),
    CODE(CLOCK_WATCHDOG_TIMEOUT, 0,
         "a processor no longer takes clock interrupts: interrupts off, or a level too "
         "high, for too long"),
    CODE(WDF_VIOLATION, 0, "the driver broke a rule of the framework"),
    CODE(
        DPC_WATCHDOG_VIOLATION, 0,
        "too long at DISPATCH_LEVEL or above: first parameter 0, one DPC; 1, altogether"),
    CODE(KERNEL_SECURITY_CHECK_FAILURE, 0,
         "a structure was found corrupted; 3: a list whose links do not match, mostly an "
         "entry removed or inserted twice"),
    CODE(PASSIVE_INTERRUPT_ERROR, 0,
         "a spin lock was asked for an interrupt whose ISR runs at PASSIVE_LEVEL"),
    CODE(MEMORY_MANAGEMENT, 0,
         "memory was unmapped or freed that is not mapped like that"),
    CODE(NO_PAGES_AVAILABLE, 0, "no memory for a request that must not fail"),
};

static const KI_CODE_NAME KiUnknownCode = {0, 0, "UNKNOWN", "a code of the caller's own"};

const KI_CODE_NAME *
KiDescribeCode(ULONG Code)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(KiCodeNames); Index++) {
        if (KiCodeNames[Index].Code == Code) {
            return &KiCodeNames[Index];
        }
    }
    return &KiUnknownCode;
}
