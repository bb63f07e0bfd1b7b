/*
 * The tree of devices: which is on whose bus.
 */
#include "iop.h"
#include "iopnp.h"

/* A bridge leads from a bus of a lower number to those behind it, so that no chain of
   bridges that lie is endless. */
PIOP_PDO
IopParentOf(PIOP_PDO Pdo)
{
    PIOP_PDO Bridge;

    if (!IopIsPci(Pdo)) {
        return Pdo->Parent;
    }
    Bridge = IopFindBridge(Pdo->Address.Bus);
    return Bridge != NULL && Bridge->Address.Bus < Pdo->Address.Bus ? Bridge : NULL;
}

BOOLEAN
IopIsAbove(PIOP_PDO Above, PIOP_PDO Pdo)
{
    while (Pdo != NULL && Pdo != Above) {
        Pdo = IopParentOf(Pdo);
        if (Pdo == Above) {
            return TRUE;
        }
    }
    return FALSE;
}
