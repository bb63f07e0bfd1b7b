/*
 * The stack cookie of images built with MSVC.
 *
 * Such code compares a word on its stack with a variable of its own, which starts out as
 * a constant everybody knows. The load configuration tells where the variable is; the
 * loader is expected to replace the constant, and the image's start-up code refuses to go
 * on when it has not.
 */
#include "ldrp.h"

#define LDRP_DEFAULT_COOKIE 0x00002B992DDFA232ULL
#define LDRP_COOKIE_MASK    0x0000FFFFFFFFFFFFULL /* the top 16 bits stay zero, as in NT */

/*
 * Replaces the cookie by one made of Seed when it still has its default. FALSE when the
 * image has no cookie, or a changed one. The image must be relocated and still writable.
 */
BOOLEAN
LdrpSeedCookie(const LDRP_IMAGE *Image, ULONG64 Seed)
{
    ULONG Configuration =
        Image->Directories[IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG].VirtualAddress;
    ULONG Member = FIELD_OFFSET(IMAGE_LOAD_CONFIG_DIRECTORY64, SecurityCookie);
    ULONG64 Pointer, Offset, Cookie;
    ULONG Size;

    if (Configuration == 0 ||
        !LdrpRead(&Image->Memory, Configuration, &Size, sizeof(Size)) ||
        Size < Member + sizeof(Pointer) ||
        !LdrpRead(&Image->Memory, (ULONG64)Configuration + Member, &Pointer,
                  sizeof(Pointer))) {
        return FALSE;
    }
    /* The member is an address, relocated with the rest; below the base it wraps to huge.
     */
    Offset = Pointer - (ULONG_PTR)Image->Memory.Bytes;
    if (!LdrpRead(&Image->Memory, Offset, &Cookie, sizeof(Cookie)) ||
        Cookie != LDRP_DEFAULT_COOKIE) {
        return FALSE;
    }
    Cookie = Seed & LDRP_COOKIE_MASK;
    if (Cookie == 0 || Cookie == LDRP_DEFAULT_COOKIE) {
        Cookie = LDRP_DEFAULT_COOKIE + 1;
    }
    return LdrpWriteQuad(Image, Offset, Cookie);
}
