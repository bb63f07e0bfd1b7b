/*
 * Problem codes: why a device has no driver that runs.
 */
#pragma once

#define CM_PROB_FAILED_START      0x0A /* IRP_MN_START_DEVICE failed */
#define CM_PROB_NORMAL_CONFLICT   0x0C /* there are no resources for it */
#define CM_PROB_DISABLED          0x16
#define CM_PROB_DEVICE_NOT_THERE  0x18
#define CM_PROB_FAILED_ADD        0x1F /* AddDevice failed */
#define CM_PROB_FAILED_POST_START 0x2B /* its driver said so later */
#define CM_PROB_HELD_FOR_EJECT    0x2F /* it has been ejected and is still there */
