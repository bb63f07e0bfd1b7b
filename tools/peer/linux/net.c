/*
 * Frames of the protocol's ethertype, counted or sent back.
 *
 * The hook is a receive handler of the device: the first thing that the stack calls for a
 * frame after the driver's poll routine, before any protocol, and the cheapest for a frame
 * that is consumed. GRO is off, since nothing is to be merged. A frame goes back in the same
 * buffer through the device's queue (dev_queue_xmit), as any sender's would.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>

#include "peer.h"

#define ETHERTYPE    0x88b5
#define LINK_WAIT_MS 10000

static struct net_device *Device;
static unsigned int Irq;
static unsigned int InterruptsBefore;

/* Written by the poll routine on processor 0, by a command on the same one while none runs. */
static unsigned long Frames;
static bool Echo;

static void
SendBack(struct sk_buff *Buffer)
{
    struct ethhdr *Header;

    skb_push(Buffer, ETH_HLEN);
    Header = (struct ethhdr *)Buffer->data;
    ether_addr_copy(Header->h_dest, Header->h_source);
    ether_addr_copy(Header->h_source, Device->dev_addr);
    dev_queue_xmit(Buffer);
}

static rx_handler_result_t
ReceiveFrame(struct sk_buff **Frame)
{
    struct sk_buff *Buffer = *Frame;

    if (Buffer->protocol != htons(ETHERTYPE)) {
        return RX_HANDLER_PASS;
    }
    Frames++;
    if (READ_ONCE(Echo)) {
        SendBack(Buffer);
    } else {
        consume_skb(Buffer);
    }
    return RX_HANDLER_CONSUMED;
}

static unsigned int
CountInterrupts(void)
{
    struct irq_desc *Descriptor =
        container_of(irq_get_irq_data(Irq), struct irq_desc, irq_data);
    unsigned int Sum = 0;
    int Processor;

    for_each_possible_cpu(Processor)
    {
        Sum += *per_cpu_ptr(Descriptor->kstat_irqs, Processor);
    }
    return Sum;
}

static void
StartCounting(bool WithEcho)
{
    local_bh_disable();
    Echo = WithEcho;
    Frames = 0;
    InterruptsBefore = CountInterrupts();
    local_bh_enable();
}

void
CountFrames(int Count, char **Words, char *Answer)
{
    StartCounting(false);
}

void
EchoFrames(int Count, char **Words, char *Answer)
{
    StartCounting(true);
}

void
ShowCounts(int Count, char **Words, char *Answer)
{
    snprintf(Answer, ANSWER_SIZE, "RESULT rx=%lu irq=%u", READ_ONCE(Frames),
             CountInterrupts() - InterruptsBefore);
}

static int
BringUp(void)
{
    int Status;

    rtnl_lock();
    Status = dev_open(Device, NULL);
    if (Status == 0) {
        Device->wanted_features &= ~NETIF_F_GRO;
        netdev_update_features(Device);
        Status = netdev_rx_handler_register(Device, ReceiveFrame, NULL);
    }
    rtnl_unlock();
    return Status;
}

/* The first Ethernet device, up and with a link. Where it interrupts, the kernel was told at
   its start (irqaffinity). */
int
StartNet(void)
{
    int Waited;
    int Status;

    Device = dev_get_by_name(&init_net, "eth0");
    if (Device == NULL || Device->dev.parent == NULL || !dev_is_pci(Device->dev.parent)) {
        return -ENODEV;
    }
    Irq = to_pci_dev(Device->dev.parent)->irq;
    Status = BringUp();
    if (Status != 0) {
        return Status;
    }
    for (Waited = 0; !netif_carrier_ok(Device) && Waited < LINK_WAIT_MS; Waited += 10) {
        msleep(10);
    }
    return netif_carrier_ok(Device) ? 0 : -ENETDOWN;
}
