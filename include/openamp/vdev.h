/*
 * The device's side of the virtio handshake, for firmware.
 *
 * The firmware carries a resource table (struct amp_table_rpmsg, or its own);
 * the host fills in the addresses that were left open and, when its side is
 * ready, sets DRIVER_OK in the status byte.
 */
#ifndef OPENAMP_VDEV_H
#define OPENAMP_VDEV_H

#include "openamp/rpmsg.h"

// Read the table, which the host may have written, and if the host is ready
// describe the link in *layout: for amp_rpmsg_up() of a link with AMP_DEVICE.
// -AMP_EAGAIN: the host is not ready yet, wait for its doorbell.
// -AMP_EINVAL: the table has no RPMsg device, or its addresses cannot be used.
int amp_vdev_open(const struct amp_port *port, const void *table, size_t table_len,
    struct amp_rpmsg_layout *layout);

// Is the session of this link still the host's?  No, if the host reset the device (it took
// DRIVER_OK back), or emptied the rings and began another session while nobody looked.
// To be asked when a doorbell rang and no message came, and after -AMP_EPROTO, which an
// emptied ring looks like; then amp_rpmsg_down(), and amp_vdev_open() until the host is
// ready again.  Linux does so when it detaches and attaches, or boots again, while the
// device runs on.
bool amp_vdev_is_current(const struct amp_rpmsg *link, const void *table, size_t table_len);

#endif // OPENAMP_VDEV_H
