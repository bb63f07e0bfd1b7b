/* Why a device has no driver that runs, for tests (dirqltest.h). */
#include "iop.h"
#include "iopnp.h"

#include <dirqltest.h>

NTSTATUS
NTAPI
DirqlQueryProblem(PDEVICE_OBJECT PhysicalDeviceObject, PULONG Problem)
{
    PIOP_PDO Pdo = IopPdoFromDevice(PhysicalDeviceObject);

    if (Pdo == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    IopAcquirePnpLock();
    *Problem = Pdo->Problem;
    IopReleasePnpLock();
    return STATUS_SUCCESS;
}
EXPORT(DirqlQueryProblem);
