/*
 * The only program of the Linux guest: it loads the modules that the archive lists, prepares
 * the devices, starts the peer and waits.
 *
 * Block devices are set up as for a fast disk (no I/O scheduler, no merging, no statistics):
 * Linux is to be measured at its best. Every step that fails is said on the console, which is
 * COM2; what is there then shows why COM1 never said READY.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_LENGTH 256
#define DISK_WAIT_MS    5000

/* A line of the list: a module's file, and after a blank its parameters. */
static void
LoadModule(char *Line)
{
    char Path[LINE_MAX_LENGTH + 16];
    char *Parameters = strchr(Line, ' ');
    int File;

    if (Parameters != NULL) {
        *Parameters++ = '\0';
    }
    snprintf(Path, sizeof(Path), "/modules/%s", Line);
    File = open(Path, O_RDONLY | O_CLOEXEC);
    if (File < 0 ||
        syscall(SYS_finit_module, File, Parameters == NULL ? "" : Parameters, 0) != 0) {
        perror(Path);
    }
    close(File);
}

static void
LoadModules(void)
{
    char Line[LINE_MAX_LENGTH];
    FILE *List = fopen("/modules/list", "r");

    while (List != NULL && fgets(Line, sizeof(Line), List) != NULL) {
        Line[strcspn(Line, "\n")] = '\0';
        LoadModule(Line);
    }
}

static int
WriteFile(const char *Path, const char *Text)
{
    int File = open(Path, O_WRONLY | O_CLOEXEC);
    int Status = -1;

    if (File >= 0) {
        Status = write(File, Text, strlen(Text)) < 0 ? -1 : 0;
        close(File);
    }
    return Status;
}

static void
TuneDisk(const char *Name)
{
    static const char *const Settings[][2] = {
        {"scheduler", "none"}, {"nomerges", "2"}, {"iostats", "0"}, {"add_random", "0"}};
    char Path[LINE_MAX_LENGTH];
    unsigned int Index;

    for (Index = 0; Index < sizeof(Settings) / sizeof(Settings[0]); Index++) {
        snprintf(Path, sizeof(Path), "/sys/block/%s/queue/%s", Name, Settings[Index][0]);
        if (WriteFile(Path, Settings[Index][1]) != 0) {
            perror(Path);
        }
    }
}

/* A disk is found some time after its driver is loaded. Not every machine has one. */
static void
PrepareDisks(void)
{
    int Waited;

    for (Waited = 0; Waited < DISK_WAIT_MS; Waited += 10) {
        if (access("/dev/sda", F_OK) == 0 || access("/dev/nvme0n1", F_OK) == 0) {
            break;
        }
        usleep(10 * 1000);
    }
    if (access("/dev/sda", F_OK) == 0) {
        TuneDisk("sda");
    }
    if (access("/dev/nvme0n1", F_OK) == 0) {
        TuneDisk("nvme0n1");
    }
}

/* 10.9.0.2/24 for Linux's own ARP and ICMP. */
static void
SetAddress(void)
{
    int Socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq Request = {.ifr_name = "eth0"};
    struct sockaddr_in *Address = (struct sockaddr_in *)&Request.ifr_addr;

    Address->sin_family = AF_INET;
    Address->sin_addr.s_addr = htonl(0x0a090002);
    if (ioctl(Socket, SIOCSIFADDR, &Request) != 0) {
        perror("SIOCSIFADDR");
    }
    Address->sin_addr.s_addr = htonl(0xffffff00);
    if (ioctl(Socket, SIOCSIFNETMASK, &Request) != 0) {
        perror("SIOCSIFNETMASK");
    }
    close(Socket);
}

/* COM1 as bytes: the descriptor stays open, since the settings go with the last one. */
static void
MakeRaw(void)
{
    struct termios Settings;
    int Port = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (Port < 0 || tcgetattr(Port, &Settings) != 0) {
        perror("/dev/ttyS0");
        return;
    }
    cfmakeraw(&Settings);
    cfsetspeed(&Settings, B115200);
    Settings.c_cflag |= CLOCAL;
    if (tcsetattr(Port, TCSANOW, &Settings) != 0) {
        perror("tcsetattr");
    }
}

int
main(void)
{
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    LoadModules();
    PrepareDisks();
    SetAddress();
    MakeRaw();
    if (WriteFile("/sys/module/peer/parameters/start", "1") != 0) {
        perror("peer");
    }
    for (;;) {
        pause();
    }
}
