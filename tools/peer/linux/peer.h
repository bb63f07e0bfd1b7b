/*
 * Between the files of the module: the commands of the measuring protocol.
 *
 * A command gets its words (the first is its own name) and writes one line of answer, without
 * the line's end. It is called by the module's one thread, on processor 0, and may sleep.
 */
#pragma once

#include <linux/types.h>

#define ANSWER_SIZE 160
#define WORDS_MAX   4

typedef void COMMAND(int Count, char **Words, char *Answer);

/* console.c: COM1. */
int OpenConsole(void);
bool ReadLine(char *Line, size_t Size);
void WriteLine(const char *Line);

/* net.c */
int StartNet(void);
COMMAND CountFrames;
COMMAND EchoFrames;
COMMAND ShowCounts;

/* disk.c */
COMMAND ReadBlocks;

/* times.c: on one processor. */
COMMAND MeasureTimes;
COMMAND RepeatPrimitives;
COMMAND RepeatUnowned;

/* processors.c: on another one. */
COMMAND RepeatCalls;
COMMAND KeepBusy;
void CallProcessor(unsigned int Processor);

/* firstirq.c */
int StartFirstInterrupt(void);
void StopFirstInterrupt(void);
COMMAND ShowFirstInterrupt;

/* Whether a word is a number from Low to High, and then the number. */
bool ParseNumber(const char *Word, unsigned int Low, unsigned int High,
                 unsigned int *Value);
