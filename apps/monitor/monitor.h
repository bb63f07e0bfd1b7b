/*
 * monitor.h - monitor.sys: a person at a serial line looks at the running kernel and pokes
 * it.
 *
 * A program like the others here: one system thread that reads commands from a serial
 * port's driver and answers on it. All it knows of the kernel's inside comes through
 * dirqlquery.h, all it does goes through routines any driver has.
 *
 *   driver.c     parameters, and the thread
 *   terminal.c   the port: characters in and out, by IRPs
 *   line.c       a line typed: echo, erasing, the line before
 *   command.c    words, numbers, the table of commands, help
 *   snapshot.c   lists of dirqlquery.h
 *   objects.c    devices, drivers, threads
 *   interrupts.c interrupts, dpcs, locks
 *   memory.c     memory
 *   top.c        the live view
 *   client.c     IRPs to a driver that a command sends
 *   ping.c, pingecho.c, sector.c, drivers.c, storm.c, unmask.c   what is done, not shown
 */
#pragma once

#include <ntddk.h>

#include <dirqlquery.h>

#define MONITOR_TAG 0x72746E4D /* "Mntr" */

/* One thread does everything, so nothing here needs a lock. PASSIVE_LEVEL throughout. */

/* ---- driver.c */
/* Our IPv4 address, from the parameter Address. */
extern ULONG MonitorAddress;

/* ---- terminal.c */
NTSTATUS TerminalOpen(PUNICODE_STRING PortName);
VOID TerminalClose(VOID);
/* The next character; STATUS_TIMEOUT when none came in so many milliseconds (0: for ever),
   or why the port gives none any more. */
NTSTATUS TerminalRead(ULONG Milliseconds, PCHAR Character);
/* Whether Ctrl-C is typed within so many milliseconds, 1 or more; anything else stays for
   TerminalRead, and ends the wait. */
BOOLEAN TerminalInterrupted(ULONG Milliseconds);
/* Writes text, at most 511 characters; "\n" goes out as "\r\n". */
VOID Print(_In_ PCSTR Format, ...);

/* ---- line.c */
#define LINE_CAPACITY 128

/* Reads one line with Prompt before it; Line has LINE_CAPACITY bytes. */
NTSTATUS LineRead(PCSTR Prompt, PCHAR Line);

/* ---- command.c */
#define COMMAND_WORDS 8

typedef struct _COMMAND_LINE {
    ULONG Count;
    PCHAR Word[COMMAND_WORDS]; /* the command's own name first */
} COMMAND_LINE, *PCOMMAND_LINE;

/* Runs one line. FALSE: it was `quit`. */
BOOLEAN CommandRun(PCHAR Line);
/* A decimal or 0x number up to Limit; else says what is wrong with it, and FALSE. */
BOOLEAN CommandParseNumber(PCSTR Word, ULONG64 Limit, PULONG64 Number);
BOOLEAN IsSameText(PCSTR Left, PCSTR Right); /* case counts */

typedef VOID COMMAND_ROUTINE(const COMMAND_LINE *Line);
COMMAND_ROUTINE CommandDevices, CommandDrivers, CommandThreads;
COMMAND_ROUTINE CommandInterrupts, CommandDpcs, CommandLocks;
COMMAND_ROUTINE CommandMemory, CommandTop;
COMMAND_ROUTINE CommandPing, CommandSector, CommandStart, CommandStop;
COMMAND_ROUTINE CommandStorm, CommandUnmask, CommandBugCheck;

/* ---- snapshot.c */
/* A whole list, to be freed; NULL, and a line that says why, when there is none. */
PDIRQL_QUERY_HEADER SnapshotTake(DIRQL_QUERY_CLASS Class);
VOID SnapshotFree(PDIRQL_QUERY_HEADER Snapshot);
/* The Index-th entry, or NULL. */
PVOID SnapshotEntry(PDIRQL_QUERY_HEADER Snapshot, ULONG Index);

/* ---- objects.c */
/* The name of the Index-th named device of a type whose driver's module is Module (NULL:
   any): those found first come first. Name has DIRQL_NAME_LENGTH bytes. */
BOOLEAN FindDevice(ULONG Type, PCSTR Module, ULONG Index, PCHAR Name);

/* ---- interrupts.c */
/* "gsi 22", "msi 0" or "none"; and "storm", "masked", "off" or "on". Text has 16 bytes. */
VOID DescribeSource(const DIRQL_INTERRUPT_INFORMATION *Interrupt, PCHAR Text);
PCSTR DescribeState(const DIRQL_INTERRUPT_INFORMATION *Interrupt);

/* ---- client.c */
typedef struct _CLIENT {
    PFILE_OBJECT FileObject;
    PDEVICE_OBJECT Device;
} CLIENT, *PCLIENT;

/* ASCII as a counted string; FALSE: too long for Buffer, Size bytes. */
BOOLEAN MakeUnicode(PCSTR Prefix, PCSTR Text, PWCHAR Buffer, ULONG Size,
                    PUNICODE_STRING String);
NTSTATUS ClientOpen(PCSTR Name, PCLIENT Client);
VOID ClientClose(PCLIENT Client);
NTSTATUS ClientControl(PCLIENT Client, ULONG Code, PVOID Input, ULONG InputLength,
                       PVOID Output, ULONG OutputLength);
/* IRP_MJ_READ or IRP_MJ_WRITE; *Done gets the bytes moved. */
NTSTATUS ClientTransfer(PCLIENT Client, ULONG MajorFunction, PVOID Buffer, ULONG Length,
                        ULONG64 Offset, PULONG Done);
VOID Pause(ULONG Milliseconds);
/* A status in words where a person has met it before, else NULL. */
PCSTR DescribeStatus(NTSTATUS Status);
/* "what: it is in use (status 0x80000011)" */
VOID PrintFailure(PCSTR What, NTSTATUS Status);
