"""What make run, make test and the system tests share: the ISO, the disk image, the
machine (QEMU and its serial ports) and the kernel's report. Standard library only."""
