/*
 * connectex.h: the parts of the suite.
 */
#pragma once

#include "recorder.h"

/* forms.c: what each form of connecting does. */
KTAP_SUITE TestConstants, TestFully, TestLine, TestMessages, TestEarly;
/* errors.c: what none of them takes. */
KTAP_SUITE TestErrors;
/* several.c: a device with several messages. */
KTAP_SUITE TestSeveralMessages;
