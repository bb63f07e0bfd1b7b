/*
 * COM1: the lines of the protocol, through the serial driver that Linux has.
 *
 * The port is opened as a file, so that a guest that waits for a command sleeps until the
 * 16550 interrupts; a polled port would take time from what is measured. init has made it raw
 * (no echo, no line editing).
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "peer.h"

static struct file *Port;

int
OpenConsole(void)
{
    Port = filp_open("/dev/ttyS0", O_RDWR | O_NOCTTY, 0);
    return PTR_ERR_OR_ZERO(Port);
}

/*
 * The next line that is not empty, without its end; what does not fit is dropped. False when
 * the port is gone.
 */
bool
ReadLine(char *Line, size_t Size)
{
    size_t Length = 0;
    loff_t Position = 0;
    char Character;

    for (;;) {
        if (kernel_read(Port, &Character, 1, &Position) != 1) {
            return false;
        }
        if (Character == '\n' && Length != 0) {
            Line[Length] = '\0';
            return true;
        }
        if (Character != '\n' && Character != '\r' && Length + 1 < Size) {
            Line[Length++] = Character;
        }
    }
}

void
WriteLine(const char *Line)
{
    char Text[ANSWER_SIZE + 1];
    loff_t Position = 0;
    size_t Length = scnprintf(Text, sizeof(Text), "%s\n", Line);

    kernel_write(Port, Text, Length, &Position);
}
