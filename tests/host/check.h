/*
 * How a host test reports: one line a check, "ok N - name" or "not ok N - name", and the
 * number of failures as the result of main.
 */
#pragma once

#include <stdio.h>

static int CheckNumber;
static int CheckFailures;

static void
Check(int Holds, const char *Name)
{
    CheckNumber += 1;
    CheckFailures += !Holds;
    printf("%s %d - %s\n", Holds ? "ok" : "not ok", CheckNumber, Name);
}

/* What main returns. */
static int
CheckVerdict(void)
{
    printf("1..%d\n", CheckNumber);
    return CheckFailures != 0;
}
